"""Frames, people and annotated videos. In reading order:

frames            reads the frames of a video
thumbnails        thumbnails of its people
recording         records its frames and people
tracks            reads its people
annotated_videos  how far its annotated video is drawn
"""
