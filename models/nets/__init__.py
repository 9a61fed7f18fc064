"""Pixels to faces with ages and genders. In reading order:

tuning       tuned numbers of face detection
graph        a loaded ONNX file
detector     pixels to detections
suppression  drops detections that repeat a better one
alignment    a detection to an upright chip
chips        chips to a model's input
age          chips to ages
gender       chips to genders
analyzer     the steps tied together
"""
