"""Who was there, counted before it is asked. In reading order:

tags          the tags of a job
totals        sums of a group of faces
cells         what one chunk adds to the counts
video_counts  the same for the people of a video
cube          cells of many jobs, folded
slices        which sums answer a question
bands         age bands
disclosure    withholds and rounds small counts
grouping      groups with shares and intervals
funnel        from pictures to faces
table         the audience table
breakdown     the same in few rows, for a report
evaluations   stored measurements of accuracy
"""
