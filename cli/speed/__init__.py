"""How fast this machine is, and what bounds it. In reading order:

machine        whether it is quiet enough to measure
rounds         one measured pass, and how two series compare
pictures       a folder of pictures that all differ
stages         what a picture costs, part by part
loops          bare loops in processes of their own
picture_loops  loops over pictures
memory         the memory of the processes of a stack
stack_watch    processor time and memory of a stack while it works
stacks         the embedded stack, up to be measured
measurement    all of it for one folder of pictures
"""
