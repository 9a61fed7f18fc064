"""What comes in and goes out about an audience. In reading order:

audience    whose faces to count, and the counts
presence    how people are grouped by content or by zone
playlists   what ran when, and who saw it
zones       parts of a picture, and who was in them
vocabulary  tags and dimensions
headcounts  the people of live sources
"""
