"""A chunk on its way through a worker. In reading order:

ending  how a worker ends
runner  claims a chunk, analyzes its items, records them
"""
