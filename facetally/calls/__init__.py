"""The calls of a server, by what they are about. In reading order:

jobs       jobs submitted and found
audiences  counts, comparisons and their words
pictures   pictures and videos
keys       API keys, and what was done with them
headcounts the people of live sources
playlists  what ran when, and who saw it
zones      who was in which part of a picture
webhooks   who is told what happens to jobs
"""
