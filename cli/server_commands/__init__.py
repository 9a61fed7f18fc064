"""Commands that run a server, or a part of one. In reading order:

serve       `serve`
api         `api`
worker      `worker`
dispatcher  `dispatcher`, `migrate`
alive       `alive`
"""
