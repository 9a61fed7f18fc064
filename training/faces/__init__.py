"""Labeled pictures to the faces that are trained on. In reading order:

rows         a row of the table with what was seen in its picture
store        prepared rows and their chips, on disk
cutters      the face of a picture
resemblance  which pictures look alike
preparation  rows to chips
groups       rows that must not be divided
findings     what can be wrong with a row
cleaning     finds it
faceset      the faces that are left
splits       which of them are held out
"""
