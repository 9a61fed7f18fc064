"""What the work on a photo consists of, counted: the same on every machine, unlike times. In
reading order:

calls      functions that are called, by name
photos     photos through a worker, and all that is counted meanwhile
baseline   what was counted before, and what may have grown
"""
