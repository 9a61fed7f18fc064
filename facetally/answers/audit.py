"""The audit log of a server: who did what, when and from where."""

from dataclasses import dataclass
from datetime import datetime

# What entries are about.
ACTIONS = (
    "submit", "read", "export", "erase", "live", "admin", "log_in", "log_out", "expire",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """What someone did with the data of a tenant: `subject` is a word and a number, such as
    `job 7`; `caller` is the name of a key, and `address` where they called from."""

    id: int
    at: datetime
    tenant: str
    caller: str
    key_id: int | None
    action: str
    subject: str
    route: str
    address: str
