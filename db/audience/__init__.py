"""Who was there, counted as results are recorded. In reading order:

tags             the tags of jobs
totals           the counts of any part of an audience
tally            what one transaction adds to the counts
cells            the counts of a job
video_counts     the counts of a video
bands            age bands
evaluations      measured accuracy, which corrects shares
queries          what is asked of an audience
stretches        the time of a query as stretches of periods
cube             cells of all jobs, summed
recount          a job counted anew, by quality
slices           totals by dimension values and period
disclosure       small counts withheld, others rounded
dimensions       the dimensions of items and their values
clusters         how faces cluster in pictures
grouping         the rows of a table, with shares and intervals
evaluated_packs  which jobs an evaluation can correct
funnel           outcomes of items
table            the audience table
breakdown        one job in few rows, for a report
"""
