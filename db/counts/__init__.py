"""What was found, counted as results are recorded: what audiences are read from. In reading order:

tags          the tags of jobs
totals        the counts of any part of an audience
tally         what one transaction adds to the counts
grains        periods of time that counts are kept by
cells         the counts of a job
video_counts  the counts of a video
cube          cells of all jobs, summed
"""
