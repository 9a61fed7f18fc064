"""Jobs from JSON, forms, archives and manifests. In reading order:

idempotency       a request sent twice is one job
quotas            what the caller's tenant may have
retention         how long jobs are kept
packs             which models analyze them
rules             what options say about items
forms             bodies within bounds
uploads           the files of a form
manifest_lines    lines of a manifest in any encoding
manifest_parsing  items as CSV or NDJSON
manifest_jobs     jobs of manifests, in a body or at an address
pieces            large files that arrive piece by piece
reruns            a job again
folder_jobs       jobs of folders and buckets
item_jobs         jobs of items in JSON, or of uploaded files
"""
