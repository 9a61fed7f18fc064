"""Which files are read, and what kind of file some bytes are. In reading order:

kinds          the kinds of files that are read, with their endings and marks
refused_kinds  the kinds that are recognized and refused
endings        how the names of files end that are submitted, unpacked or left closed
litter         files that people do not mean to submit
recognition    what kind of file some bytes are
"""
