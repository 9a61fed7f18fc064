"""Bytes to pixels. In reading order:

metadata      which way is up, and when a picture was taken
files         a file in its parts, by its kind
profiles      ICC profiles of colors that are stated by numbers
colors        colors by their profile to those of sRGB
tone          any picture mode to 8 bits
blocks        strips and tiles of a TIFF to samples
working_size  how many pixels are analyzed
look          how a picture looks, in few bits
pyramid       pixels and their halvings, for what needs fewer
tiff          samples of a TIFF to 8 bits
plain_jpeg    the commonest JPEGs straight to an array
decoders      a file in its parts to a decoded picture
picture       decodes a picture
"""
