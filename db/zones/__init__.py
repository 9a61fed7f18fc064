"""Who was in which part of a picture: zones, counted from boxes. In reading order:

polygons  zones, and what is in them
kept      the zones of live sources and jobs
boxes     where people were, and when
crossings who came in and left
audience  the table of a job
counted   the table of a headcount, which keeps no boxes
"""
