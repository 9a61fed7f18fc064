"""The local file of a video while its segments are analyzed: one for each process."""

import tempfile
from collections.abc import Callable
from threading import Lock, Timer
from typing import IO

from db.item_values import ClaimedItem
from worker.sources.reader import Sources

# An unused file is deleted after this: what is erased must not stay with an idle worker.
DELETED_AFTER_SECONDS = 30.0


class LocalVideo:
    """The last video that this process worked on, in a file without a name: it is gone when the
    process ends, however that happens."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._lock = Lock()
        self._timer: Timer | None = None
        self._item_id: int | None = None
        self._file: IO[bytes] | None = None
        self._digest = b""
        self._is_used = False

    def open(self, item: ClaimedItem, renew: Callable[[], None]) -> tuple[IO[bytes], bytes]:
        """The file and the digest of its bytes; the caller calls `rest` when it is done with it."""
        self._stop_timer()
        with self._lock:
            self._is_used = True
            if self._item_id != item.id or self._file is None:
                self._drop()
                # Kept only when it is complete.
                file = tempfile.TemporaryFile(prefix="facetally-video-")  # noqa: SIM115
                try:
                    self._digest = self._sources.download(item.uri, file, renew)
                except BaseException:
                    file.close()
                    raise
                self._file, self._item_id = file, item.id
            return self._file, self._digest

    def rest(self) -> None:
        """The file is not used any more; it is kept for a while, for the next segment."""
        self._stop_timer()
        self._is_used = False
        self._timer = Timer(DELETED_AFTER_SECONDS, self.close)
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        with self._lock:
            # The timer may have gone off while the file was opened again.
            if not self._is_used:
                self._drop()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._item_id = None, None
