"""Fits nets with PyTorch, which only `facetally train` imports. In reading order:

networks     layers to a network
devices      what it runs on, and the same result each time
descent      gradient descent
checkpoints  the state of an unfinished training
fitting      epoch by epoch
"""
