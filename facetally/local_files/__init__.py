"""The files of this machine that are uploaded. In reading order:

litter  files that nobody means to submit
heads   pictures and videos by how they begin
files   finds files to upload
"""
