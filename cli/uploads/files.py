"""The files under the paths of a command, and what is said of those left out."""

from collections.abc import Sequence
from pathlib import Path

from cli.exits import CommandFailed
from cli.terminal import tell
from facetally.files import FoundFiles, find_files, has_known_ending
from models.pictures.recognition import HEAD_BYTES, is_video

# Where results are written, the thumbnails are in this folder.
THUMBNAILS = "thumbnails"


def find_pictures(paths: Sequence[Path], out_dir: Path | None = None) -> FoundFiles:
    """Pictures, videos and archives, without what we wrote to `out_dir` ourselves."""
    ours = [] if out_dir is None else [out_dir, out_dir / THUMBNAILS]
    return find_files(paths, _is_wanted, ours)


def _is_wanted(path: str) -> bool:
    return has_known_ending(path) or _begins_as_video(path)


def _begins_as_video(path: str) -> bool:
    """Cameras give videos endings of their own."""
    try:
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as file:
            return is_video(file.read(HEAD_BYTES))
    except OSError:
        return False


def require_pictures(found: FoundFiles) -> None:
    """Say what was left out; CommandFailed where nothing is left."""
    for gap in describe_gaps(found):
        tell(gap)
    if not found.files:
        raise CommandFailed("There are no pictures or videos at these paths.")


def describe_gaps(found: FoundFiles) -> list[str]:
    """A sentence for each kind of thing that was left out."""
    gaps = []
    if found.skipped:
        gaps.append(f"Skipped files that are not pictures or videos: {found.skipped}.")
    if found.unreadable:
        gaps.append(f"Can't read these folders: {', '.join(found.unreadable)}.")
    return gaps
