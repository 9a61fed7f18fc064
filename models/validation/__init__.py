"""A pack tried before it is used. In reading order:

faces      chips and pictures to try it on
checks     what one estimator or detector makes of them
trial      the whole pack, as a program that ends with a line for each fault
validation that program, within bounds of time and memory
writing    a pack as a folder
"""
