"""Who was there: the counts of jobs as tables. In reading order:

dimensions       the dimensions of items and their values
people_range     how many people there may be where they are linked
screen_time      how long people in videos are visible
clusters         how faces cluster in pictures
grouping         the rows of a table, with shares and intervals
differences      two audiences side by side
evaluated_packs  which jobs an evaluation can correct
funnel           outcomes of items
samples          a share estimated from a part of a job
table            the audience table
splits           genders of many jobs, for a list
breakdown        one job in few rows, for a report
"""
