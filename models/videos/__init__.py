"""Frames of a video, its shots and the people in them. In reading order:

matroska    the parts of a Matroska file, and when it ends
truncation  whether a video breaks off
retrieval   a decoded frame to pixels
reader      a file to the frames that are analyzed
shots       where one shot ends
distances   how far each face is from where each track is expected
tracks      one person in one shot
linker      faces of successive frames to tracks
motion      where faces move from one frame to the next
"""
