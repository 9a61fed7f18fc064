"""The thin HTTP side: declared input, one call to `db`, an answer.

Read in this order: `app` (what is put together), `services`, `access`, `errors`, `requests`,
`schemas`, `replies`, then the calls: `jobs` (with `uploads`, `archives`, `bounds`, `keys`,
`retention`, `submissions` and `manifests`),
`drafts`, `events`, `results`, `items`, `audience`, `analyze`, `report`, `health`, `docs`.
"""
