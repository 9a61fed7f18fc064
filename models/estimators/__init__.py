"""Aligned faces to ages and genders, as the parts of a pack describe. In reading order:

alignment    landmarks to an upright chip
averaging    several looks at a chip, and what of it is masked
chips        a detection to the chips of all estimators
activations  logits to probabilities
ages         outputs to ages
genders      outputs to genders
estimator    chips to what one model makes of them
ballots      what the estimators make of faces, before they vote
intervals    the age interval
vote         several opinions to one
panel        all estimators of a pack
loading      opens them
"""
