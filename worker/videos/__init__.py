"""A video to its people. In reading order:

download        a local file of a video
joining         frames to tracks
segments        cuts a video and analyzes its segments
people          tracks to people with thumbnails
placement       where boxes are between analyzed frames
drawing         draws an annotated video
annotated_copy  keeps it piece by piece
runner          the chunks of a video on their way through a worker
"""
