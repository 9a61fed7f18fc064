"""Nets of the user's own: a table of labeled pictures to a pack. In reading order:

errors     the one error
files      files that are whole or not there
targets    what a net tells of a face, and its classes
options    what a training is asked for
faces      pictures to chips, what is wrong with them, and folds
nets       layers, and what nets are made from them
fitting    fits a net, with PyTorch; nothing else imports it
plan       which nets are trained, on which faces
results    accuracy, and the pack
workspace  the folder of a training
session    the whole
"""
