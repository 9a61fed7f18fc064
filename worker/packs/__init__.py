"""The models of each pack in use. In reading order:

packs       the packs of a machine
analyzers   opened for one pack after another
self_check  whether they still work
"""
