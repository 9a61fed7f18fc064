"""The rows of all tables. In reading order:

metadata   what all tables share
jobs       jobs, and what is still on its way to become one
items      items, and which of them are alike
chunks     chunks, with their leases and counts
people     what is known of faces until their people are linked
faces      faces, and the columns that they share with people in videos
videos     the frames of videos, and their people
deliveries where results are written, and what was
headcounts live sources whose people are counted
processes  live processes
audience   the counts that audiences are read from
playlists  what ran when, and when the people of live sources were seen
zones      zones that are kept, and who was in those of live sources
access     keys, browsers, and what they did
counters   counters
webhooks   webhooks and their messages
schema     all of them together
"""
