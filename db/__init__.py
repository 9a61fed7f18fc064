"""The single source of truth: every job, item, chunk and result as SQL. In reading order:

states           the words of each lifecycle
reach            whose data it is, and who reads it
pack_values      the models that analyzed a job
key_values       what keys may do
audit_values     who did what
webhook_values   what webhooks are told
job_values       jobs going in and coming out
item_values      items, from acceptance to result
video_values     the same for videos
clock            the database's time
writers          the queue before SQLite's lock
engine           connections and transactions
tables           the rows of jobs, items, chunks and processes
video_tables     the rows of videos
audience_tables  the rows that audiences are counted from
access_tables    the rows of keys, browsers, and what they did
counter_tables   the rows of counters
webhook_tables   the rows of webhooks and their messages
migrate          brings the tables up to date
migrations       the numbered changes that `migrate` makes
bulk             many rows in one statement
quality          how well faces can be judged
keys             who may call
audit            the audit log
logins           who is logged in
processes        which processes are alive
counters         what has happened so far, for operators
webhooks         who is told what happens to jobs
counts           what was found, counted as it is recorded
messages         messages to webhooks, and their attempts
audience         who was there
chunks           what a worker claims, leases and releases
jobs             accepted, followed, ended, erased
results          recorded and read
videos           frames, people and annotated videos
workload         how much waits and runs
"""
