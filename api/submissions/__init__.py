"""Items from forms, lists and archives. In reading order:

idempotency     a request sent twice is one job
retention       how long jobs are kept
archive_bounds  how much an archive may unpack to
archives        the files of an archive
staging         uploaded files on disk
uploads         the files of a form
manifests       lists as CSV or NDJSON
lists           items as lists, in a body or at an address
"""
