"""Whether answers are right, and sure enough: each runs as `python -m benchmarks.accuracy.NAME`.

In reading order:

detection    how well faces are found, and the hard ones most of all
quality      how errors grow as faces get worse
votes        whether intervals and probabilities hold on faces they were not fitted on
people       how well faces are linked to people
stopping     whether shares at which jobs stop are near to the truth
calibration  whether corrected shares are nearer to the truth
"""
