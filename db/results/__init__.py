"""Results in and out. In reading order:

faces       the columns of a face, and back
duplicates  items with the same bytes
recording   records the results of a chunk
filters     which results are wanted
reading     reads results
pictures    an item's upload and thumbnail
"""
