"""What happens between a hint in Redis and a recorded chunk.

Read in this order: `addresses`, `settings`, `logs`, `queue` (Celery's settings), `hints`,
`dispatcher`, then a chunk's way through a worker: `app` (the tasks), `chunks` (claim, record),
`renewal`, `ending`, `analysis`, `intake`, `copies`, `sources` (with `deadline`, `web`, `network`,
`buckets`), `store`, `thumbnails`; that of a video, `video_chunks`, `video_copy`, `memory`, `videos`
(cut, look), `joining`, `people` (join), `annotated`, `guide`, `drawing` (copy); and what lies
beside it: the lane, `interactive`, and what goes through it from `live_sources`: `cameras`,
`camera_program`.
"""
