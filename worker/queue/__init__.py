"""Celery, hints, and the lane for single pictures. In reading order:

broker    Celery's settings, and its broker
hints     sends hints: the ids of waiting chunks
messages  what travels through the lane
lane      single pictures, answered while the caller waits
runner    answers them
"""
