"""What comes in and goes out about an audience. In reading order:

audience    whose faces to count, and the counts
vocabulary  tags and dimensions
headcounts  the people of live sources
"""
