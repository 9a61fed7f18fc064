"""The API's own gunicorn: no request costs a thread before it has arrived. In reading order:

gathering      a request's bytes until its head, and a small body, have arrived
pacing         bodies from clients that send at a lowest rate
answers        answers to clients that read at a lowest rate
refusals       answers to what is not a request
lanes          threads for each kind of request
keeper         the one process that has the live feeds
event_sockets  streams of events, which have no thread
connections    connections that wait for bytes
worker         a process of the API
master         gunicorn, configured
"""
