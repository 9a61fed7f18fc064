"""What happens between a hint in Redis and a recorded chunk. In reading order:

addresses     which sources may be read
live_sources  the named live sources
settings      every setting
logs          how log lines look
memory        bounds the memory of a process
sources       an item to its bytes
pictures      bytes to a result
videos        a video to its people
lease         keeps a chunk while it is worked on
queue         Celery, hints, and the lane for single pictures
chunks        a chunk on its way through a worker
dispatcher    keeps the window of hints full
app           the Celery application
"""
