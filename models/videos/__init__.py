"""Frames of a video, its shots and the people in them. In reading order:

matroska    the parts of a Matroska file, and when it ends
truncation  whether a video breaks off
retrieval   a decoded frame to pixels
reader      a file to the frames that are analyzed
shots       where one shot ends
distances   how far each face is from where each track is expected
tracks      faces of many frames to people
motion      where faces move from one frame to the next
"""
