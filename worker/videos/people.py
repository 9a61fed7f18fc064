"""The people of a video: all its frames are joined to tracks, and each track has a thumbnail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

import numpy as np
from PIL import Image

from db.item_values import Thumbnail
from db.job_values import JobOptions, ThumbnailKind
from db.video_values import JoinedVideo, StoredFrame
from models.errors import UnreadableItem
from models.face import Face
from models.tracks.tracks import Track
from worker.lease import HeldChunk
from worker.pictures.thumbnails import blur_faces, draw_thumbnail
from worker.settings import Settings
from worker.videos.analysis import VideoAnalysis
from worker.videos.joining import Joiner
from worker.videos.rows import VideoRows

THUMBNAILS_PER_BATCH = 50
# A video that ends this long before its header says is cut off; many headers are rounded.
CUT_OFF_SECONDS = 1.0


def join_video(held: HeldChunk, rows: VideoRows) -> JoinedVideo:
    """The people of a video, without their thumbnails; raises UnreadableItem if it has no frame."""
    options = held.chunk.options
    ends = [end for end in (rows.duration_seconds, options.stop_seconds) if end is not None]
    joiner = Joiner(options.frames_per_second, ends)
    joiner.join(_renewing(rows.read_all(), held))
    if not joiner.frames:
        raise UnreadableItem(_explain_nothing(options))
    return JoinedVideo(
        frames=joiner.frames,
        tracks=tuple(joiner.tracks),
        face_ids=joiner.face_ids,
        face_tracks=joiner.face_tracks,
        warning=_warn(options, rows, joiner),
    )


def draw_people(
    held: HeldChunk,
    tracks: Sequence[Track],
    rows: VideoRows,
    analysis: VideoAnalysis,
    settings: Settings,
) -> Iterator[dict[int, Thumbnail | None]]:
    """The thumbnail of each track, by its number, if the job asks for any: a batch at a time."""
    if held.chunk.options.thumbnails is ThumbnailKind.NONE:
        return
    pictures, left = _Pictures(held, rows, analysis, settings), iter(tracks)
    while batch := list(islice(left, THUMBNAILS_PER_BATCH)):
        yield {track.number: pictures.draw(track) for track in batch}


def _renewing(frames: Iterator[StoredFrame], held: HeldChunk) -> Iterator[StoredFrame]:
    for frame in frames:
        held.renew()
        yield frame


def _explain_nothing(options: JobOptions) -> str:
    if options.start_seconds or options.end_seconds is not None:
        return "The video has no frame between start_seconds and end_seconds. Ask for other times."
    return "No frame of the video can be decoded. Send the original video again."


def _warn(options: JobOptions, rows: VideoRows, joiner: Joiner) -> str | None:
    """What is missing of the requested part of the video; where the file ends matters only within
    that part."""
    covered, stop_seconds = _find_covered(joiner, options), options.stop_seconds
    if rows.duration_seconds is not None:
        end = min(filter(None, (rows.duration_seconds, stop_seconds)))
        if end - covered >= CUT_OFF_SECONDS:
            return (
                f"The video's header says that it lasts {rows.duration_seconds:.1f} s, but nothing "
                f"after {joiner.last_seconds:.1f} s can be read; the part before is analyzed."
            )
    return rows.warning if stop_seconds is None or covered < stop_seconds else None


def _find_covered(joiner: Joiner, options: JobOptions) -> float:
    """The time up to which the frames reach: before that, no frame can be missing."""
    # A frame's number is its time in frames of the video's rate. Where the rate varies, the last
    # frame may be shown for as long as the one before it.
    frame_seconds = joiner.last_seconds / joiner.last_number if joiner.last_number else 0.0
    rest = max(1 / options.frames_per_second + frame_seconds, joiner.last_gap_seconds)
    return joiner.last_seconds + rest


@dataclass(frozen=True, slots=True)
class _Pictures:
    """Draws the best frame of each track."""

    held: HeldChunk
    rows: VideoRows
    analysis: VideoAnalysis
    settings: Settings

    def draw(self, track: Track) -> Thumbnail | None:
        position = track.best_position
        self.held.renew()
        small = self.rows.read_small(position)
        if small is None:
            # A segment sees only its part of a track, and may have kept another frame of it.
            small = self.analysis.find_small(self.held, position)
        if small is None:
            return None
        rgb = np.asarray(Image.open(BytesIO(small)).convert("RGB"))
        width = self.rows.width_pixels
        if self.held.chunk.options.thumbnails is ThumbnailKind.BLURRED:
            rgb = blur_faces(rgb, self._read_faces(position), width)
        return draw_thumbnail(rgb, [track.best.face], width, self.settings.gender_min_probability)

    def _read_faces(self, position: int) -> list[Face]:
        return [
            seen.face for frame in self.rows.read_frames(position - 1, 1) for seen in frame.faces
        ]
