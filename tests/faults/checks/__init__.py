"""What must hold: `invariants` after every case, `audience` for its cube, `progress` meanwhile."""
