"""Live sources and their feeds. In reading order:

cameras         the newest picture of an open source
zone_visits     counts who was in which zones of one source
headcounter     counts the people of one source
feed            one source for all its watchers
feeds           the feeds of this process
headcounts      the headcounts of this process
"""
