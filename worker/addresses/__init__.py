"""Which sources may be read, and where the broker is. In reading order:

broker_address  where Redis is
address         the address of a remote item, compared with the allowed sources
folder_address  the address of many files
destinations    where results may be written
live_sources    the named live sources
"""
