"""The frames of a video, in order, to tracks; in memory are two numbers for each face, and little
more."""

from array import array
from collections.abc import Iterable, Sequence

from db.video_values import StoredFrame
from models.tracks.fingerprints import is_blank
from models.tracks.linker import Linker
from models.tracks.shots import is_shot_change
from models.tracks.tracks import ShownFrame, Track


class Joiner:
    """Links the frames of one segment, or of a whole video."""

    def __init__(self, frames_per_second: float, ends_seconds: Sequence[float] = ()) -> None:
        """No frame is shown beyond `ends_seconds`: the end of the video, and that of the part that
        the job asks for."""
        self._asked_seconds = self._interval_seconds = 1 / frames_per_second
        self._ends_seconds = ends_seconds
        self._linker = Linker(self._interval_seconds)
        self._waiting: StoredFrame | None = None
        # The fingerprint of the current shot's last frame.
        self._shot = b""
        self.tracks: list[Track] = []
        self.face_ids = array("q")
        self.face_tracks = array("q")
        self.frames = 0
        self.last_number = 0
        self.last_seconds = 0.0
        self.last_gap_seconds = 0.0

    def join(self, frames: Iterable[StoredFrame]) -> None:
        """Link all frames; to be called once."""
        for frame in frames:
            if self._waiting is not None:
                self._learn_interval(frame)
                self._link(self._waiting, self._show(frame.seconds - self._waiting.seconds))
            self._waiting = frame
        if self._waiting is not None:
            self._link(self._waiting, self._show_last(self._waiting.seconds))
        self.tracks += self._linker.close_all()
        self.tracks.sort(key=lambda track: track.number)

    def _learn_interval(self, frame: StoredFrame) -> None:
        """Where a video itself has fewer frames than the job asks for, as a time-lapse has, they
        follow each other at its own interval."""
        own_seconds = frame.seconds / frame.number if frame.number else 0.0
        self._interval_seconds = max(self._asked_seconds, own_seconds)
        self._linker.space_frames(self._interval_seconds)

    def _show(self, gap_seconds: float) -> float:
        """How long a frame is shown: until the next one, unless there is a gap in the video."""
        is_gap = gap_seconds > self._linker.longest_gap_seconds
        return self._interval_seconds if is_gap else gap_seconds

    def _show_last(self, seconds: float) -> float:
        """How long the last frame is shown; an end before this frame is wrong, and ignored."""
        left = [end - seconds for end in self._ends_seconds if end > seconds]
        return min([self._interval_seconds, *left])

    def _end_shot(self, fingerprint: bytes) -> None:
        """Close all tracks if a frame is of another shot; a flash, or black, belongs to no shot."""
        if is_blank(fingerprint):
            return
        if self._shot and is_shot_change(self._shot, fingerprint):
            self.tracks += self._linker.close_all()
        self._shot = fingerprint

    def _link(self, frame: StoredFrame, shown_seconds: float) -> None:
        self._end_shot(frame.fingerprint)
        self.tracks += self._linker.close_old(frame.seconds)
        shown = ShownFrame(frame.position, frame.number, frame.seconds, shown_seconds)
        numbers = self._linker.add_frame(frame.faces, shown)
        self.face_ids.extend(seen.id for seen in frame.faces)
        self.face_tracks.extend(numbers)
        if self.frames:
            self.last_gap_seconds = frame.seconds - self.last_seconds
        self.frames += 1
        self.last_number, self.last_seconds = frame.number, frame.seconds
