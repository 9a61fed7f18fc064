"""The stored rows of one video, and what its header said."""

from collections.abc import Iterator

from db.engine import Database
from db.video_values import StoredFrame
from db.videos.frames import read_frames, read_header, read_small_picture

PAGE_FRAMES = 500


class VideoRows:
    """Reads the analyzed frames of a video, each page in a session of its own."""

    def __init__(self, database: Database, item_id: int) -> None:
        self._database = database
        self._item_id = item_id
        with database.read() as session:
            header = read_header(session, item_id)
        self.width_pixels, self.duration_seconds, self.warning = header

    def read_frames(self, after: int, limit: int) -> list[StoredFrame]:
        """At most `limit` frames after a position of the grid."""
        with self._database.read() as session:
            return read_frames(session, self._item_id, after, limit)

    def read_small(self, position: int) -> bytes | None:
        """The small picture that a segment kept of a frame; None where it kept none."""
        with self._database.read() as session:
            return read_small_picture(session, self._item_id, position)

    def read_all(self) -> Iterator[StoredFrame]:
        """Every frame in its order, page by page."""
        after = -1
        while page := self.read_frames(after, PAGE_FRAMES):
            yield from page
            after = page[-1].position
