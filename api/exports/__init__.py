"""Results as files. In reading order:

tables         CSV and Parquet, streamed
result_rows    results as rows
track_rows     people of videos as rows
track_results  people of videos in each format
coco           COCO
"""
