"""What a command submits. In reading order:

files        the files under its paths
folders      the dimensions that their folders are
listed_paths paths on the standard input
progress     how far an upload is
seen         what was submitted of a folder or bucket
watched_folders  folders in which files appear
watched_bucket   a bucket in which files appear
watching     submits what is new in one of them
uploading    sends them, without those that can't be read
manifests    lists of items in a file
"""
