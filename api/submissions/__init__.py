"""Jobs from JSON, forms, archives and manifests. In reading order:

idempotency       a request sent twice is one job
retention         how long jobs are kept
packs             which models analyze them
archive_bounds    how much an archive may unpack to
archives          the files of an archive
forms             bodies within bounds
uploads           the files of a form
manifest_parsing  items as CSV or NDJSON
manifest_jobs     jobs of manifests, in a body or at an address
reruns            a job again
item_jobs         jobs of items in JSON, or of uploaded files
"""
