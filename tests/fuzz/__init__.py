"""Damaged files of all kinds, in great number. In reading order:

mutations     bits, cuts, splices and headers, from a seed
corpus        a whole file of each kind of picture and archive
video_corpus  a whole video of each kind
video_trial   a video is read as workers do
trial         what becomes of a file: an outcome, or a fault
campaign      many trials, in processes that are watched; `python -m tests.fuzz.campaign`
test_fuzz     a few of them
"""
