"""Live sources and their feeds. In reading order:

camera_program  the process that opens and decodes one source
cameras         starts that process, reads from it and ends it
headcounter     counts the people of one source
feed            one source for all its watchers
feeds           the feeds of this process
headcounts      the headcounts of this process
"""
