"""All processes of an installation, which fail when they are asked to.

Read in this order: `options` (what runs), `fail_points` and `deliveries`, the programs `worker_app`
(started by `celery_program`), `dispatcher_app` and `api_app`, then `servers`, `processes`,
`programs` and `cluster` (all of them running).
"""
