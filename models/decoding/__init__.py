"""Pictures decoded in a process of its own, which has nothing to steal. In reading order:

calls        what a confined process may ask of the system
confinement  gives everything else up
messages     what the two processes say to each other
buffers      the memory that they share
program      the process itself
decoder      starts it, and hands pictures to it
"""
