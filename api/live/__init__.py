"""Cameras and their feeds. In reading order:

camera_program  the process that decodes one source
cameras         starts and ends it
feeds           a source to those who watch it
"""
