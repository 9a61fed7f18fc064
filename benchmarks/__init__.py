"""Measurements to repeat: `throughput` (`make bench`) over what `pictures` makes; `calibration`."""
