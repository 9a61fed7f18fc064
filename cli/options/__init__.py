"""Options that several commands take. In reading order:

shared   of the server, of JSON, of pairs and zones
jobs     of every command that makes a job
results  of commands that read results
watching of commands that look at a folder again and again
nets     of `train`, which decide what comes out of it
"""
