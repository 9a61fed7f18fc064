"""Who was in which part of a picture: zones, counted from the boxes of a job. In reading order:

polygons  zones, and what is in them
boxes     where people were, and when
crossings who came in and left
audience  the table
"""
