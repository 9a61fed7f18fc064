"""A picture to its result. In reading order:

capture     when a picture was taken
intake      items to bytes, ahead of their decoding
decoding    bytes to pixels, ahead of the models
duplicates  items with the same bytes
estimates   ages and genders of faces as they are found
thumbnails  annotated and blurred thumbnails
analysis    the items of a chunk to their results
"""
