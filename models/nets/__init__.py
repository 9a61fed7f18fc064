"""Pixels to faces with ages and genders. In reading order:

tuning       the defaults of settings
suppression  drops detections that repeat a better one
yunet        the detector's input and outputs
detector     pixels to detections
analyzer     pictures to faces with ages and genders
"""
