"""Labeled pictures. In reading order:

labels    a table of labeled pictures
analysis  analyzes them, and matches faces with labels
"""
