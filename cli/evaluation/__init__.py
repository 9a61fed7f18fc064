"""Labeled pictures. In reading order:

loading   a table of labels, or the one line that says why not
analysis  analyzes them, and matches faces with labels
"""
