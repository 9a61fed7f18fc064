"""Who saw what ran when: playlists, joined by time with faces and people. In reading order:

spots      what ran when, as columns
values     playlists going in and coming out
playlists  made, replaced, listed, removed
glimpses   who was visible when, as columns
reading    glimpses, from faces and people
audience   the table
"""
