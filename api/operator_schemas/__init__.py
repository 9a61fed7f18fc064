"""What comes in and goes out of the calls about the server itself. In reading order:

limits       how large a submission may be
evaluations  measurements of accuracy
keys         API keys
sessions     who is logged in
audit        who did what
webhooks     who is told what happens to jobs
health       whether the system works
"""
