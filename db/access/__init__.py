"""Who may call, and who did what. In reading order:

key_values    what keys may do
keys          API keys
logins        who is logged in
holders       whose sessions are open
audit_values  what is noted of a call
audit         the audit log
"""
