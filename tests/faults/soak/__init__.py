"""The faults at length: `cases`, `outcome` (of a case, and the report of all), `case_run`."""
