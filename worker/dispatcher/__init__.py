"""The process that serves all workers. In reading order:

webhooks     sends messages to webhooks
pack_checks  pauses jobs whose pack no worker has
listings     lists folders and buckets
erasing      removes erased and expired jobs, and what was left behind
parts        when each part of a turn is due
dispatcher   keeps the window of hints full, and has the rest of this folder done
"""
