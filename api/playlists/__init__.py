"""Playlists as they are received. In reading order:

schedules  what ran when, line by line
keeping    playlists of JSON or CSV, checked and kept
"""
