"""What a server answers, as values. In reading order:

faces               a face
comparison          what two runs of the same items found
packs               models, and where they come from
vocabulary          tags and dimensions
keys                API keys
audit               who did what
webhooks            who is told what happens to jobs
audience            the audience: counts and shares
headcounts          the people of live sources
compared_audiences  two audiences side by side
presence            people while a content ran, or in a zone
playlists           what ran when, and who saw it
zones               who was in which part of a picture
results             what was found
progress            how far a job is
"""
