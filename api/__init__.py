"""The thin HTTP side: declared input, one call to `db`, an answer.

Read in this order: `app` (what is put together), `services`, `access`, `sessions`, `errors`,
`requests`, `schemas` with `faces`, `replies`, then the calls: `jobs` (with `uploads`, `archives`,
`bounds`, `keys`, `retention`, `submissions` and `manifests`), `drafts`, `events`, `results` (with
`tables`, `result_rows`, `coco` and, of videos, `tracks` and `track_results`), `items`, `audience`,
`evaluations`, `analyze`, `live` (with `feeds`), `report`, `health`, `docs`; `evaluation_page`,
drawn by `plots`; and `pages`, with `texts` in `languages`.
"""
