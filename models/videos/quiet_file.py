"""A file that native code reads: it never raises there, as that would end the process."""

from io import BufferedIOBase

from models.errors import TooLargeItem


class QuietFile(BufferedIOBase):
    """OpenCV calls it from within FFmpeg, whose C code no exception of any kind may pass through.

    Instead the file seems to end, and `raise_fault` raises what happened.
    """

    def __init__(self, file: BufferedIOBase) -> None:
        self._file = file
        self._fault: Exception | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            return b"" if self._fault else self._file.read(size)
        except Exception as fault:  # noqa: BLE001 - it is raised later
            self._fault = fault
            return b""

    def seek(self, position: int, whence: int = 0, /) -> int:
        try:
            return self._file.seek(position, whence)
        except Exception as fault:  # noqa: BLE001 - it is raised later
            self._fault = self._fault or fault
            return 0

    def raise_fault(self) -> None:
        """After a native call: raise what went wrong in it, if anything did."""
        fault, self._fault = self._fault, None
        if isinstance(fault, MemoryError):
            raise TooLargeItem("The video takes more memory than allowed. Shrink it.") from fault
        if fault is not None:
            raise fault
