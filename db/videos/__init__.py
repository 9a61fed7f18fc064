"""Frames, people and annotated videos. In reading order:

frames            reads the frames of a video
thumbnails        thumbnails of its people
recording         records frames and people
tracks            reads its people
annotated_videos  how far an annotated video has come
"""
