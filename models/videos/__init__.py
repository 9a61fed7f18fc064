"""Videos to frames and back, by FFmpeg. In reading order:

matroska      the elements of a Matroska file
truncation    whether a video is truncated
grid          the times at which a video is sampled
budget        how much may be decoded to reach a frame
confinement   limits a process, and becomes another program
ffmpeg        starts FFmpeg, a program of its own
header        what a file says about itself
stream        decoded frames with their times, out of pipes
extent        how long the pictures of a video last
filters       what FFmpeg does with frames before they are ours
reader        a file to the frames that are analyzed
live_pictures pictures of a live source, or why there are none
live          streams, cameras and played files to pictures
plain_copy    a video without its metadata
raw_matroska  raw frames with their times as a stream
encoder       frames to H.264, and clips to an MP4
"""
