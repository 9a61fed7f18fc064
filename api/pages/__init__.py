"""What people see. In reading order:

texts      every text, by language
assets     scripts and style sheets
rendering  layout, texts and navigation
error      what went wrong
login      log in and out
home       upload
jobs       the jobs
job        one job and its pictures
item       one picture or video
audience   who was there
live       cameras
system     health of the parts
"""
