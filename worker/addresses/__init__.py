"""Which sources may be read. In reading order:

address         the address of a remote item, compared with the allowed sources
folder_address  the address of many files
destinations    where results may be written
live_sources    the named live sources
"""
