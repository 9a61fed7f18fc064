"""How a command ends: its exit status, and the one line that says why."""

from enum import IntEnum

from click import ClickException

from db.states import JobState
from models.errors import FacetallyError


class ExitStatus(IntEnum):
    """What scripts may rely on; a signal's number is added to 128, as shells do."""

    DONE = 0  # all went well, and every item was done
    ERROR = 1  # the command could not do its work; one line on stderr says why
    USAGE = 2  # the command was given what it does not take
    INCOMPLETE = 3  # some items failed or were left out, or the job waits for a person
    INTERRUPTED = 130  # Ctrl-C


class CommandFailed(FacetallyError, ClickException):
    """Shown as one line on stderr, without a traceback: its text says what to do about it."""

    exit_code = ExitStatus.ERROR


def status_of(state: JobState) -> ExitStatus:
    """The exit status that tells where a job has got to."""
    return ExitStatus.DONE if state is JobState.COMPLETED else ExitStatus.INCOMPLETE
