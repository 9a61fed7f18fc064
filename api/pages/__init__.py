"""The web pages. In reading order:

texts      every text, by language
paces      how fast a job is
assets     scripts and style sheets, and their addresses
rendering  a template with layout, texts and security headers
error      an error as a page
login      log in and out
home       upload files, or try one picture
jobs       the list, and the buttons of a job
comparison two runs of the same items
item       one picture or video
addresses  addresses that keep their query
presets    stretches of time by name
filters    pickers and chips of the audience page
questions  the ten questions, as saved views
breakdown  an audience by one dimension, or by two
slots      the periods of an axis
timeline   an audience over time
audience   who was there, by age, by dimension and over time
job        one job: its answer and its items
live       cameras
keys       API keys
system     health, workload and versions
"""
