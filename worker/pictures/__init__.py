"""Bytes to a result. In reading order:

intake      items to bytes, ahead of their decoding
duplicates  items with the same bytes
thumbnails  annotated thumbnails
analysis    items of a chunk to results
"""
