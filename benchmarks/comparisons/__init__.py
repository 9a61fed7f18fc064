"""What the system is compared with. In reading order:

stages         what a picture costs, part by part
loops          bare loops in processes of their own
picture_loops  loops over pictures
peer_loop      a program in the environment of the peer
peer           a package that does the same
age_votes      other ways to make one age
sides          all that analyzes the same pictures
"""
