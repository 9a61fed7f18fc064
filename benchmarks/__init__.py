"""Measurements to repeat: each runs as `python -m benchmarks.NAME`, and `make` lists them.

In reading order:

program       what all do as programs
settings      the models on the CPU
rounds        one measured pass, and how two series compare
inputs        what is measured with
deployments   the system while it is measured
comparisons   what it is compared with
accelerators  the models on whatever GPU is there
counts        what the work on a photo consists of
throughput    the system against bare loops over the same photos, and a peer
video         the same over a clip
coordination  what is left without models
scaling       how many slots one database carries
load          how fast the status answers many clients while workers are busy
audience      how fast the audience answers
pages         how fast the pages answer
estimators    the processor time of each model of every pack
detection     how well faces are found, and the hard ones most of all
quality       how errors grow as faces get worse
votes         whether intervals and probabilities hold on faces they were not fitted on
stopping      whether shares at which jobs stop are near to the truth
gpu           what a GPU does for photos, and what bounds it
hot_path      whether the work on a photo has grown, as counts
calibration   whether corrected shares are nearer to the truth
"""
