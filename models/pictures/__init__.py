"""Bytes to pixels. In reading order:

file_kinds  what kind of file some bytes are
tone        any picture mode to 8-bit RGB
picture     decodes a picture
"""
