"""Results in and out. In reading order:

faces       the columns of a face, and back
duplicates  items with the same bytes
recording   records the results of a chunk
reading     reads results
"""
