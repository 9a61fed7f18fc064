"""Commands that run a server or a part of one, and those for its operator. In reading order:

serve       `serve`
api         `api`
worker      `worker`
dispatcher  `dispatcher`, `migrate`
alive       `alive`
keys        `keys`
sessions    `sessions`
audit       `audit`
webhooks    `webhooks`
"""
