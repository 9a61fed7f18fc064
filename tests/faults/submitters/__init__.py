"""What comes in meanwhile: `submitter` (one that retries), `lifecycle` (many of them, at random),
`fairness` (jobs in parallel), `sqlite_writer` (processes that write into one file).
"""
