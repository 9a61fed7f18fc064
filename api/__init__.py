"""The thin HTTP side: declared input, one call to `db`, an answer.

Read in this order: `app` (what is put together), `services`, `access`, `sessions`, `errors`,
`requests`, `queries`, `schemas` with `faces`, `replies`, then the calls: `jobs` (with `uploads`,
`archives`, `bounds`, `keys`, `retention`, `submissions` and `manifests`), `drafts`, `events`,
`results` (with `tables`, `result_rows`, `coco` and, of videos, `tracks` and `track_results`),
`items`, `audience`, `evaluations`, `analyze`, `live` (with `feeds`), `report`, `health`, `docs`;
what is kept and sent, `evaluation_page` and `report_page` (with `accuracy_card`), made of `papers`
and `plots`; and `pages`, with `texts` in `languages`.
"""
