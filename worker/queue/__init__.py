"""Celery, hints, and the lane for single pictures. In reading order:

broker  Celery's settings, and its broker
hints   sends hints: the ids of waiting chunks
lane    single pictures, answered while the caller waits
"""
