"""People while a content ran, or in a zone: read as columns, and counted. In reading order:

people     people as columns
columns    reads faces and people as columns
frames     the faces of people in videos, as columns
linking    people who are linked across pictures and shots
presences  which person was there for which content, or in which zone
counting   presences as slices of an audience
queries    how presences are grouped and counted
"""
