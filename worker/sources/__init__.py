"""An item to its bytes. In reading order:

deadline  the time by which a fetch must end
walking   files in a tree of folders
network   connections to allowed addresses only
files     files in folders of this host
web       files by HTTP
buckets   files in buckets
store     uploads
folders   the files of a folder or a bucket
writing   files to where results belong
reader    the bytes of an item, wherever it is
"""
