"""Nets and the values they give; no input or output beyond opening weights. In reading order:

errors       every error raised on purpose
face         the values: boxes, ages, genders, faces
signature    what kind of file some bytes are
tone         any picture mode to 8-bit RGB
picture      step 1: bytes to pixels
matroska     the parts of a Matroska file, and when it ends
breakage     whether a video breaks off
conversion   a decoded frame to pixels
video        step 1 for videos: a file to the frames that are looked at
graph        a loaded ONNX file
detector     step 2: pixels to detections
overlap      drops the detections that repeat a better one
alignment    step 3: a detection to an upright chip
chips        chips to a net's input
age          step 4: chips to ages
gender       step 4: chips to genders
analyzer     the steps tied together
shots        where one shot of a video ends
steps        how far each face of a frame is from where each track is looked for
tracks       step 5 for videos: faces of many frames to people
motion       where faces have moved from one frame to the next
weights      which files the nets come from, and whether they are here
distribution a pinned package, downloaded and unpacked without being installed
fold         makes the detector's file one that every runtime opens
fetch        brings missing weights
shares       shares and their intervals
clusters     how alike the faces of one picture are
mass         faces spread over the ages and genders they may have
confusion    what the nets made of labelled faces
mixture      shares of a mixture of known parts
calibration  shares corrected for the nets' confusion
judged       labelled pictures with what the nets found
bootstrap    intervals by drawing the same faces again
accuracy     the figures that say how right the nets are
measurement  labelled pictures to figures
"""
