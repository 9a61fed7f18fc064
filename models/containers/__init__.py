"""What the file of a picture holds, found without decoding a pixel. In reading order:

parts        the picture, its color profile and its metadata, apart from each other
directories  the tags of a TIFF, and of EXIF, which is written like one
jpeg         the segments of a JPEG
png          the chunks of a PNG
webp         the chunks of a WebP
gif          the blocks of a GIF
bmp          the header of a BMP
boxes        the boxes of an ISO base media file
heif_images  the images that a HEIC or AVIF lists
heif         the primary image of a HEIC or AVIF, and what it is made of
tiff         the pages of a TIFF
"""
