"""What happens between a hint in Redis and a recorded chunk.

Read in this order: `settings`, `logs`, `queue` (Celery's settings), `hints`, `dispatcher`, then a
chunk's way through a worker: `app` (the tasks), `chunks` (claim, record), `renewal`, `ending`,
`analysis`, `sources`, `store`, `thumbnails`; and the lane beside it, `interactive`.
"""
