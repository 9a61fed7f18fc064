"""What was found, counted as results are recorded: what audiences are read from. In reading order:

tags            the tags of jobs
grains          the lengths of the periods that counts are kept by
periods         moments in local time, and the periods they are in
dimension_sets  dimension values as text
totals          the counts of any part of an audience
time_zones      the time zones of jobs
tally           what one transaction adds to the counts
cells           the counts of a job
tracks          people in videos, and how long they are visible
video_counts    the counts of a video
live_counts     the counts of a live source, as they grow
sightings       when its people were seen
zone_counts     who was in its zones
cube            cells of all jobs, summed
"""
