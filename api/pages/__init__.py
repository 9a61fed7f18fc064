"""The pages, for people: the same calls of `db` as the JSON API, rendered on the server.

Read in this order: `rendering` (layout, headers), `assets`, `login`, then the pages: `home`,
`live`, `jobs`, `gallery`, `item`, `audience`, `system`; and `mishaps`.
"""
