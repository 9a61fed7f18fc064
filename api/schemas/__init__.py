"""What comes in and goes out. In reading order:

fields       types of fields that several schemas share
dimensions   dimensions of items, such as their store
packs        the models of jobs
options      how the items of a job are analyzed
quality      how well faces can be judged, as a filter
items        items as they are submitted
submissions  bodies, forms and queries that submit a job
pieces       large files that arrive piece by piece
jobs         jobs and their progress
faces        faces, and those of one picture
results      results of items
tracks       people of videos
reports      what a report is called
errors       errors, and which a call may answer with
reruns       runs of the same items
replies      a body to a response
"""
