"""Models and the values they give; no input or output beyond opening weights. In reading order:

errors      every error raised on purpose
blocks      files read block by block
face        the values: boxes, ages, genders, faces
age_groups  the age groups of the Adience benchmark
pictures    bytes to pixels
conversion  published models become ONNX files
weights     the files that the models are opened from
statistics  shares, intervals, accuracy and calibration
nets        pixels to faces with ages and genders
videos      frames, shots and the people in them
"""
