"""The web pages. In reading order:

login        log in and out
sign_on      log in at an OpenID provider
home         upload files, or try one picture
jobs         the list, and the buttons of a job
comparison   two runs of the same items
item         one picture or video
audience     who was there, by age, by dimension and over time
playlists    who saw which spot
job          one job: its answer and its items
live         cameras
keys         API keys
evaluations  how accurate the packs are
system       health, workload and versions
"""
