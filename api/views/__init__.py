"""The calls. In reading order:

jobs         submit, follow, cancel, resume, retry, erase
drafts       jobs that take more items
events       progress as server-sent events
results      results of a job
items        one item
evaluations  how accurate the models were
audience     who was there
analyze      one picture, answered at once
live         live sources
report       a job as one page
health       health and metrics
"""
