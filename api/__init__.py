"""The thin HTTP side: declared input, one call to `db`, an answer.

Read in this order: `app` (what is put together), `services`, `access`, `errors`, `requests`,
`schemas` with `faces`, `replies`, then the calls: `jobs` (with `uploads`, `archives`, `bounds`,
`keys`, `retention`, `submissions` and `manifests`), `drafts`, `events`, `results` (with `tables`,
`result_rows`, `coco` and, of videos, `tracks` and `track_results`), `items`, `audience`,
`evaluations`, `analyze`, `report`, `health`, `docs`; and `evaluation_page`, drawn by `plots`.
"""
