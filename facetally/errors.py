"""What can go wrong with a call, in one tree of the client's own.

Error
|-- ApiError              the server refused: `status`, `code`, `message` and `details` say why
|-- ServerUnavailable     no usable answer this time: try again later
|   `-- ServerUnreachable nothing listens at that address, or the network does not lead there
|-- UnexpectedAnswer      what answers is not Facetally, or is a version with other fields
|-- InvalidAddress        the URL or the API key can't be used as they are
|-- InvalidInput          what was given can't make one job; it is a ValueError, too
|-- FileProblem           a file can't be read, is too large, or changed while it was uploaded
|-- UploadStopped         a part was not sent because another one failed, which says why
|-- WaitTimeout           the job was still unfinished when the time was up
`-- MissingPackage        pyarrow or pandas is not installed
"""

from collections.abc import Mapping, Sequence


class Error(Exception):
    """Root of the tree: catch it to catch everything that the client raises on purpose."""


class ApiError(Error):
    """The server refused a call: its message says what to change."""

    def __init__(
        self,
        message: str,
        status: int,
        code: str = "",
        details: Sequence[Mapping[str, object]] = (),
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.details = details
        # When the server says that it is worth trying again, as after too many calls.
        self.retry_after_seconds = retry_after_seconds


class ServerUnavailable(Error):
    """No usable answer this time, as while a server restarts: try again later."""


class ServerUnreachable(ServerUnavailable):
    """Nothing answers at the address: check it, or start the server."""


class UnexpectedAnswer(Error):
    """The answer isn't one of Facetally's: check the address, and that versions match."""


class InvalidAddress(Error):
    """The address or the API key can't be used: correct it."""


class InvalidInput(Error, ValueError):
    """What was given can't make one job: the message says why; nothing was submitted."""


class FileProblem(Error):
    """A file can't be read, is too large for the server, or changed while it was uploaded; nothing
    was submitted."""


class UploadStopped(Error):
    """A part was not sent because another one failed: that one's error says what to do."""


class WaitTimeout(Error):
    """The job was still unfinished when the time was up; it continues on the server."""


class MissingPackage(Error):
    """The call needs a package that isn't installed: the message says which."""
