"""Who is told what happens to jobs. In reading order:

values    webhooks, events and messages
webhooks  made, listed, removed, and told what happened
messages  what waits to be sent, and attempts to deliver it
"""
