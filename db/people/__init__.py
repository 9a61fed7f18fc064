"""The faces of a job that are linked to people, once. In reading order:

faces      what is linked: faces in pictures, and tracks in videos
tally      people as they are counted
recording  what came of it
"""
