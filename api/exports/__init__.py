"""Results as files. In reading order:

tables        CSV and Parquet, streamed
columns       columns that several tables share
audience      the groups of an audience as rows
export        one kind of entry in every format
results       items and their faces
tracks        people of videos
subtitles     people of a video as WebVTT
several       the results of several jobs
coco          pictures and their faces as COCO
annotations   the pictures of a job for tools of annotation
label_studio  tasks of Label Studio
cvat          annotations of CVAT
"""
