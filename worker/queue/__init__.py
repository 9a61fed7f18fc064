"""Celery, hints, and the lane for single pictures. In reading order:

broker  Celery's settings and its broker
hints   sends chunk ids
lane    single pictures, answered at once
"""
