"""The calls of the API. In reading order:

job_replies  a job found, and answered as it is
jobs         submit, follow, cancel, resume, retry, erase
reruns       runs of the same items
drafts       jobs that still take items
events       progress as server-sent events
results      results of a job
items        one item
evaluations  how accurate the models are
vocabulary   tags and dimensions
audience     the audience: counts and shares
compared_audiences  two audiences side by side
packs        the models that jobs may ask for
limits       how large a submission may be
analyze      one picture, answered at once
live         live sources
keys         API keys
audit        the audit log
report       a job as one HTML file
webhooks     who is told what happens to jobs
health       liveness and readiness
metrics      metrics for Prometheus
"""
