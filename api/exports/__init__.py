"""Results as files. In reading order:

tables   CSV and Parquet, streamed
columns  columns that several tables share
export   one kind of entry in every format
results  items and their faces
tracks   people of videos
subtitles  people of a video as WebVTT
coco     pictures and their faces as COCO
"""
