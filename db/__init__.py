"""The truth: every job, item, chunk and result as SQL.

Read in this order: `states` (the words of each lifecycle), `values`, `tables`, `clock`, `engine`,
`migrate`, then the path of a job: `submissions` (accept), `jobs` (follow, cancel), `window` (what
the dispatcher sends), `leases` (claim, hold), `recording` (results in) with `duplicates` and
`cells` (what is counted, as `totals`), `results` (results out), `cube` (cells of all jobs),
`slices`, `bands`, `disclosure`, `grouping`, `funnel` and `audience` (who was there), `breakdown`
(the same in few rows, for a report); where a chunk does not get that far, `crashes`, `leftovers`
and `pieces`; what is other about videos, `video_values`, `video_tables`, `videos` (cut),
`video_counts`, `track_thumbnails`, `frames` (looked at, joined) and `tracks` (people out); what may
become of a job, `pauses`, `retries` and `erasure`; beside it `evaluations` (how right the nets
are), `workers` (which processes are alive) and `workload`.
"""
