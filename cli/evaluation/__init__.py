"""Labeled pictures. In reading order:

labels    a table of labeled pictures
analysis  what the models make of them
"""
