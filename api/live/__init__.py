"""Live sources and their feeds. In reading order:

camera_program  the process that opens and decodes one source
cameras         starts that process, reads from it and ends it
feed            one source for all its watchers
feeds           the feeds of this process
"""
