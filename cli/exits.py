"""How a command ends: its exit status, and the one line that says why."""

from enum import IntEnum

from click import ClickException

from models.errors import FacetallyError


class ExitStatus(IntEnum):
    """What scripts can rely on; for a signal, its number plus 128, as in shells."""

    DONE = 0  # everything succeeded
    ERROR = 1  # the command failed; one line on stderr says why
    USAGE = 2  # the arguments or options are wrong
    INCOMPLETE = 3  # some items failed or were left out, or the job is paused without an answer
    INTERRUPTED = 130  # Ctrl-C


class CommandFailed(FacetallyError, ClickException):
    """Shown as one line on stderr, without a traceback: its text says what to do."""

    exit_code = ExitStatus.ERROR


def status_of(state: str, *, is_known: bool = False) -> ExitStatus:
    """The exit status for the state of a job; `is_known` if it has found out what it was to."""
    if state == "completed" or (state == "paused" and is_known):
        return ExitStatus.DONE
    return ExitStatus.INCOMPLETE
