"""Results as files. In reading order:

tables   CSV and Parquet, streamed
export   one kind of entry in each format
results  items and their faces
tracks   people of videos
coco     pictures and their faces as COCO
"""
