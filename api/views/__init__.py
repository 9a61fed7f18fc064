"""The calls about jobs, audiences and live sources. In reading order:

job_replies         a job found, and answered as it is
jobs                submit, follow, cancel, resume, retry, erase
reruns              runs of the same items
drafts              jobs that still take items
pieces              large files that arrive piece by piece
events              progress as server-sent events
results             results of a job
items               one item
vocabulary          tags and dimensions
audience            the audience: counts and shares
compared_audiences  two audiences side by side
playlists           what ran when, and who saw it
analyze             one picture, answered at once
live                live sources
zones               who was in which part of a picture
headcounts          the people of live sources
report              a job as one HTML file
"""
