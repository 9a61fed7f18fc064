"""Faults on real processes, and what must hold after them.

Read in this order: `pictures` (items whose faces are known beforehand), `fail_points` and
`deliveries`, the processes `worker_app` (started by `celery_program`), `dispatcher_app` and
`api_app`, then `servers`, `processes`, `plan` and `cluster` (all of them running), `invariants` and
`progress` (what must hold), `schedule` and `lifecycle` (which fault comes when, and what submitters
do meanwhile), the tests, and the same at length: `cases`, `outcome`, `case_run`, `soak`.
"""
