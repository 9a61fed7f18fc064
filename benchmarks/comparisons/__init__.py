"""What the system is compared with. In reading order:

peer_loop      a program in the environment of the peer
peer           a package that does the same
age_votes      other ways to make one age
sides          all that analyzes the same pictures
"""
