"""Who may call, and what is noted of it. In reading order:

rights      what each route needs
callers     who sent a request, and what they may do
log_ins     how long to wait after failures to log in
wrong_keys  how long to wait after keys that are not valid
limiter     how often tenants may call
keyring     the keys that are valid
sessions    who is logged in
owners      whose jobs and items are asked for
guard       checks each request before its view
auditing    notes what callers did
"""
