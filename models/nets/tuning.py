"""Tuned numbers of the models, with the origin of each: the defaults of settings.

They are apart from the code that uses them, so that reading settings loads no model library.
"""

# A balance of YuNet's speed and recall: it finds faces from about 1/60 of the longer side up.
DETECTION_SIDE = 640

# Between the one false face (0.65) and the lowest score of 40 true ones (0.88) in ten pictures,
# nearer to the false one: shrunk to 10 pixels, all but one of the 40 still score more.
SCORE_THRESHOLD = 0.7

# Smaller faces are found too, but with fewer pixels age and gender are left to chance.
SMALLEST_FACE_PIXELS = 24

# A round number above chance (0.5), below which a gender is reported as unknown.
GENDER_MIN_PROBABILITY = 0.6

# Of 800 labeled faces none is below it as it is. Degraded ones below it are judged 14 years off,
# with 75% of genders right, where clear ones are 5 years off, with 94%.
QUALITY_MIN = 0.4
