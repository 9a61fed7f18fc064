"""Measurements to repeat: `throughput` (`make bench`) over the pictures that `pictures` makes."""
