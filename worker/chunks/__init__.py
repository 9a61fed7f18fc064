"""A chunk's way through a worker. In reading order:

claiming  claims a chunk for this process
runner    analyzes its items and records them
"""
