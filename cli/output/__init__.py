"""Progress, tables and downloads. In reading order:

counting           one face, two faces
progress           follows a job until it ends
tables             jobs, faces and the audience as tables
evaluation_tables  an evaluation as tables
comparison_tables  two runs compared, as tables
presence_tables    what tables of playlists and of zones share
playlist_tables    playlists, and who saw them, as tables
zone_tables        who was in which zone, as a table
pack_tables        packs side by side
speed_tables       the speed of a machine
transfers          downloads of weights as they happen
steps              how far work of many steps is
training_tables    a training as tables
answers            who was found, and what failed
paper              a page printed to PDF
downloads          a job's results as files in a folder
streams            bytes to a file or to the standard output
"""
