"""People in videos: the faces of one shot that are the same person's. In reading order:

fingerprints  a frame as bytes to compare
shots         where one shot ends
tracks        people in a shot, and the faces they are made of
distances     the distance of each face from each track
open_track    a track that is being followed
linker        faces of successive frames to tracks
motion        where faces move from one frame to the next
"""
