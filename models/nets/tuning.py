"""Tuned numbers of face detection, and where each comes from; every setting's default is here.

Apart from the code that uses them, so that reading settings loads no model library.
"""

# Where YuNet's speed and reach balance: faces from about 1/60 of the picture's longer side up.
DETECTION_SIDE = 640

# Between the one false face (0.65) and the faintest of 40 true ones (0.88) in ten photographs, near
# to the false: shrunk to 10 pixels, all but one of the 40 still score more.
SCORE_THRESHOLD = 0.7

# Smaller faces are found too, but fewer pixels than this leave age and gender to chance.
SMALLEST_FACE_PIXELS = 24
