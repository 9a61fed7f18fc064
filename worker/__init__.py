"""What happens between a hint in Redis and a recorded chunk. In reading order:

addresses       which sources may be read, and where the broker is
version         which Facetally this is
log_stream      log lines that wait for no reader
outages         what the log says while a service is unavailable
logs            how log lines look
openid          what groups of an OpenID provider allow
setting_checks  the text of a setting, checked
stages          how long each stage of the work takes
traces          traces of requests and chunks
settings        every setting
devices         which device a pool child has
sources         an item to its bytes
packs           the models of each pack in use
attempts        work on an item, which may fail
lease           a chunk that this process has leased
watchdog        ends a process whose work hangs
pictures        bytes to a result
videos          a video to its people
people          faces to people, across pictures and shots
queue           Celery, hints, and the lane for single pictures
chunks          a chunk's way through a worker
runners         what a pool child runs
shutdown        how a worker shuts down
main_process    the process that feeds the pool children
pool_child      what the tasks of a pool child do
dispatcher      the process that serves all workers
app             the Celery application
entry           where Celery takes it from
"""
