"""What comes in and goes out about an audience. In reading order:

audience    whose faces to count, and the counts
playlists   what ran when, and who saw it
vocabulary  tags and dimensions
headcounts  the people of live sources
"""
