"""What is asked of an audience, and the sums that answer it. In reading order:

bands        age bands
evaluations  measured accuracy, which corrects shares
queries      what is asked of an audience
stretches    the time of a query as stretches of periods
zone_sums    who was in the zones of live sources
recount      a job counted again, by quality
sums         where the sums of a query are read
slices       totals by dimension values and period
disclosure   small counts withheld, others rounded
"""
