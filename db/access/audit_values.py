"""Values of the audit log: who did what to what, when and from where."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What someone did."""

    SUBMIT = "submit"  # submitted a job, or changed what is done with it
    READ = "read"  # read results or pictures of people
    EXPORT = "export"  # saved results, a report or an audience as a file
    ERASE = "erase"  # erased a job
    LIVE = "live"  # analyzed a picture at once, or watched a live source
    ADMIN = "admin"  # made, changed or removed a key or a webhook
    LOG_IN = "log_in"  # opened a session of a browser
    LOG_OUT = "log_out"  # closed it
    EXPIRE = "expire"  # none did: the job had expired, and the dispatcher erased it


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is noted. `tenant` is whose data it was about, `subject` a word and a number such as
    `job 7`, empty for what has none."""

    tenant: str
    caller: str
    action: Action
    subject: str
    route: str
    address: str
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What was noted, and when."""

    id: int
    at: datetime
    tenant: str
    caller: str
    key_id: int | None
    action: Action
    subject: str
    route: str
    address: str
