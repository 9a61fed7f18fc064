"""Shares, their intervals, and what corrects them. In reading order:

shares       shares and their intervals
sampling     a share known from a part of the items
clusters     how alike the faces of one picture are
confusion    what the models made of labeled faces
mass         faces spread over the ages and genders they may have
mixture      shares of a mixture of known parts
calibration  shares corrected for the models' confusion
"""
