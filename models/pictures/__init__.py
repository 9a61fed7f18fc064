"""Bytes to pixels. In reading order:

file_kinds     the kinds of files that are read, with their endings and marks
refused_kinds  the kinds that are recognized and refused
endings        how the names of files end that are submitted, unpacked or left closed
recognition    what kind of file some bytes are
tone           any picture mode to 8-bit RGB
picture        decodes a picture
"""
