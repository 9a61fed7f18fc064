"""Faults on real processes, and what must hold after them.

Read in this order: `pictures` (items whose faces are known beforehand), `cluster` (the processes),
`checks` (what must hold), `schedule` and `submitters` (which fault comes when, and what submitters
do meanwhile), the tests, and the same at length: `soak`.
"""
