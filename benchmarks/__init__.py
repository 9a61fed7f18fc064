"""Measurements to repeat: each runs as `python -m benchmarks.NAME`, and `make` lists them.

In reading order:

program       what all do as programs
settings      the models on the CPU
inputs        what is measured with
deployments   the system while it is measured
comparisons   what it is compared with
accelerators  the models on whatever GPU is there
counts        what the work on a photo consists of
throughput    the system against bare loops over the same photos, and a peer
video         the same over a clip
coordination  what is left without models
endurance     whether a photo costs the same in jobs of all sizes
scaling       how many slots one database carries
load          how fast the status answers many clients while workers are busy
audience      how fast the audience answers
playlists     how fast the audience of a playlist answers
pages         how fast the pages answer
accuracy      whether answers are right
estimators    the processor time of each model of every pack
gpu           what a GPU does for photos, and what bounds it
hot_path      whether the work on a photo has grown, as counts
"""
