"""What must hold: `comparison` after every case, by the `invariants` of its `evidence` and by the
`audience` for its cube; `progress` and `metrics` meanwhile."""
