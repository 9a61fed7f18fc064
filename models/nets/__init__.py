"""Pixels to faces with ages and genders. In reading order:

tuning       the defaults of settings
suppression  drops boxes that repeat a better one
candidates   likely faces as arrays
yunet        the detector's input and outputs
views        what of a picture the detector looks at
tiles        a large picture in overlapping parts
detections   likely faces to detections
search       a first look at pictures, and closer ones
turns        pictures that lie on their side
doubts       a second check of unsure faces
detector     pictures to detections, with YuNet
placement    landmarks for detectors that find none
ssd          pictures to detections, with the SSD of OpenCV's samples
haar         pictures to detections, with a Haar cascade
detectors    the one that a pack names
analyzer     pictures to faces with ages and genders
"""
