"""How well a face can be judged, by its pixels and landmarks. In reading order:

head         landmarks to the size and pose of a head
sharpness    pixels to how much detail they show
covering     whether eyes or mouth are hidden
rating       all measures to one value
measurement  a picture and a detection to the quality of the face
"""
