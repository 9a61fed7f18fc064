"""An item to its bytes. In reading order:

deadline  a time by which all must have arrived
network   connections to allowed addresses only
web       files by HTTP
buckets   files in buckets
store     uploads and what is kept of them
reader    the bytes of an item, wherever it is
"""
