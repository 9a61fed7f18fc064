"""Faults on real processes, and what must hold after them.

Read in this order: `pictures` (items whose faces are known beforehand), `fail_points`, the
processes `worker_app` and `dispatcher_app`, then `servers`, `processes` and `cluster` (all of them
up), `invariants`, `schedule` (which fault comes when), the tests, and `soak` (the same at length).
"""
