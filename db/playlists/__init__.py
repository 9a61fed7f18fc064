"""Who saw what ran when: playlists, joined by time with faces and people. In reading order:

spots      what ran when, as columns
values     playlists going in and coming out
playlists  made, replaced, listed, removed
looks      who was visible when, as columns
columns    faces and people as columns
reading    looks, from faces and people
counting   looks at each content, as slices of an audience
audience   the table
"""
