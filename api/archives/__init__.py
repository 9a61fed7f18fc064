"""The files of an archive, read one after the other. In reading order:

compressions  compressed files, read from any position
bounds        how much an archive may unpack to
members       what is taken of a member
zips          the members of a ZIP archive
tars          the members of a tar archive
files         the files of an archive of any kind
"""
