"""A video to its people. In reading order:

download         a local file of a video
local_videos     the video of a chunk, open on that file
cutting          where a video is cut into segments
rows             the stored frames of a video
joining          frames to tracks
placement        where boxes are between analyzed frames
drawing          draws clips of an annotated video, and joins them
analysis         cuts a video, and analyzes its segments
people           tracks to people with thumbnails
annotated_video  stores it clip by clip
runner           the chunks of a video on their way through a worker
"""
