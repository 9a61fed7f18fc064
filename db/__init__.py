"""The truth: every job, item, chunk and result as SQL. In reading order:

states        the words of each lifecycle
values        what is handed in and out
video_values  the same for videos
clock         the database's time
engine        connections and transactions
tables        the rows
video_tables  the rows of videos
migrate       brings the tables up to date
bulk          many rows at a time
audience      who was there
chunks        what a worker claims, holds and gives back
jobs          accepted, followed, ended, erased
results       recorded and read
videos        frames, people and annotated videos
processes     which processes are alive
workload      how much waits and runs
"""
