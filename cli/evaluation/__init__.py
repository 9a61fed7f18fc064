"""Labeled pictures. In reading order:

loading       a table of labels, or the one line that says why not
packs         which packs are measured
pictures      decodes and searches them in this process
analysis      analyzes pictures
matching      which faces are those of labels
outcomes      what becomes of the rows
recording     outcomes to a stored evaluation
timing        what a face costs
side_by_side  several packs on the same labels
fitted_pack   a vote fitted to labels
"""
