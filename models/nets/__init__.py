"""Pixels to faces with ages and genders. In reading order:

tuning       the defaults of settings
graph        a loaded ONNX file
suppression  drops detections that repeat a better one
yunet        the detector's input and outputs
detector     pixels to detections
alignment    a detection to an upright chip
chips        chips to a model's input
age          chips to ages
gender       chips to genders
analyzer     pictures to faces with ages and genders
"""
