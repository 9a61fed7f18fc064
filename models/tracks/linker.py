"""Links the faces of successive frames into tracks, one for each person in a shot.

A track predicts where its face is next by assuming a steady speed; faces are paired with tracks so
that the sum of their distances is least. A track ends with its shot, or when its face is missing
for too long.
"""

from collections.abc import Sequence

from models.tracks.distances import NEVER, measure_costs
from models.tracks.open_track import OpenTrack
from models.tracks.tracks import SeenFace, ShownFrame, Track

# A face that turns away or is hidden continues its track if it comes back within this time.
LONGEST_GAP_SECONDS = 2.0


class Linker:
    """Links the frames of a video, given in order; its memory does not grow with their number."""

    def __init__(self, interval_seconds: float = 0.0) -> None:
        # A third of a second to import: too long for workers that start for photos, and for the
        # first frame of a live source.
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

        self._assign = linear_sum_assignment
        self.space_frames(interval_seconds)
        self._open: list[OpenTrack] = []
        self._numbers = 0

    def space_frames(self, interval_seconds: float) -> None:
        """Frames are so far apart; a face may be missing in one frame at any interval."""
        self.longest_gap_seconds = max(LONGEST_GAP_SECONDS, 2.5 * interval_seconds)

    def add_frame(self, faces: Sequence[SeenFace], frame: ShownFrame) -> list[int]:
        """The track number of each face, from 1."""
        paired = self._pair(faces, frame.seconds)
        numbers = []
        for index, seen in enumerate(faces):
            track = paired.get(index) or self._start(seen, frame)
            track.add(seen, frame)
            numbers.append(track.number)
        return numbers

    def close_old(self, seconds: float) -> list[Track]:
        """End the tracks whose faces have been missing for too long, and return them."""
        longest = self.longest_gap_seconds
        over = [one for one in self._open if seconds - one.seconds > longest]
        self._open = [one for one in self._open if seconds - one.seconds <= longest]
        return [one.close() for one in over]

    def close_all(self) -> list[Track]:
        """End all tracks, at a shot change and at the end of the video, and return them."""
        over, self._open = self._open, []
        return [one.close() for one in over]

    def _start(self, seen: SeenFace, frame: ShownFrame) -> OpenTrack:
        self._numbers += 1
        track = OpenTrack(self._numbers, frame.seconds, seen.face.box, frame.seconds, seen, frame)
        self._open.append(track)
        return track

    def _pair(self, faces: Sequence[SeenFace], seconds: float) -> dict[int, OpenTrack]:
        if not faces or not self._open:
            return {}
        costs = measure_costs(
            [seen.face.box for seen in faces],
            [track.box for track in self._open],
            [track.predict(seconds) for track in self._open],
        )
        rows, columns = self._assign(costs)
        return {
            int(row): self._open[column]
            for row, column in zip(rows, columns, strict=True)
            if costs[row, column] < NEVER
        }
