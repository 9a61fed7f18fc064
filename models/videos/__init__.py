"""Frames of a video, its shots and the people in them. In reading order:

matroska      the elements of a Matroska file
truncation    whether a video is truncated
retrieval     a decoded frame of OpenCV to pixels
grid          the times at which a video is sampled
confinement   limits a process, and becomes another program
ffmpeg        starts FFmpeg, a program of its own
header        what a file says about itself
stream        decoded frames with their times, out of pipes
extent        how long the pictures of a video last
filters       what FFmpeg does with frames before they are ours
reader        a file to the frames that are analyzed
raw_matroska  raw frames with their times as a stream
encoder       frames to H.264, and clips to an MP4
fingerprints  a frame as bytes to compare
shots         where one shot ends
tracks        people in a shot, and the faces they are made of
distances     the distance of each face from each track
open_track    a track that is being followed
linker        faces of successive frames to tracks
motion        where faces move from one frame to the next
"""
