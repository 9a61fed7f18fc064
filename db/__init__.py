"""The single source of truth: every job, item, chunk and result as SQL. In reading order:

states        the words of each lifecycle
reach         whose data it is, and who reads it
stop_rules    when a job stops
pack_values   the models that analyzed a job
job_values    jobs going in and coming out
item_values   items, from acceptance to result
video_values  the same for videos
clock         the database's time
writers       the queue before SQLite's lock
engine        connections and transactions
tables        the rows of all tables
migrate       brings the tables up to date
migrations    the numbered changes that `migrate` makes
bulk          many rows in one statement
quality       how well faces can be judged
access        who may call, and who did what
processes     which processes are alive
counters      what has happened so far, for operators
webhooks      who is told what happens to jobs
embeddings    what links faces while a job lives
counts        what was found, counted as it is recorded
slices        what is asked of an audience, and the sums that answer it
audience      who was there
presence      people while a content ran, or in a zone
playlists     who saw what ran when
zones         who was in which part of a picture
chunks        what a worker claims, leases and releases
deliveries    results that are written elsewhere
submissions   jobs and items as they are accepted
jobs          followed, changed, ended, erased
results       recorded and read
videos        frames, people and annotated videos
people        faces linked across pictures and shots
workload      how much waits and runs
"""
