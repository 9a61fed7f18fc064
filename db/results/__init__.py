"""Results in and out. In reading order:

faces       the columns of a face, and back
filters     which results are wanted
reading     reads items with their faces
pictures    an item's upload and thumbnail
similar     pictures that look alike
duplicates  items with the same bytes
recording   records the results of a chunk
comparing   two jobs with the same items
"""
