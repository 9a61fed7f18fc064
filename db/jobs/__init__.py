"""A job from its acceptance to its erasure. In reading order:

idempotency     the same request twice is one job
submissions     accepts jobs and items
video_progress  how far the videos of a job have come
status          state and counts of a job
pausing         a job whose items all fail alike
cancelling      stops a job
closing         gives a job its last state
retrying        runs the failed items again
erasure         removes everything of a job
"""
