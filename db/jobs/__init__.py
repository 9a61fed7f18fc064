"""A job from its start to its erasure. In reading order:

headcounts      the people of live sources, a job a day
owners          whose a job or an item is
reruns          analyzes the items of a job again
video_progress  how far the videos of jobs are
status          state and counts of jobs
announcing      tells webhooks
retrying        runs failed items again
changes          its name, notes and priority, changed later
pausing         a job whose items all fail alike
missing_packs   a job whose pack no worker has
cancelling      stops a job
closing         gives a job its final state
erasure         removes everything of a job
due_work        what there is for a dispatcher to do
"""
