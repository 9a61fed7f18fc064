"""The files under the paths of a command, and what is said of those left out."""

from collections.abc import Sequence
from pathlib import Path

from cli.exits import CommandFailed
from cli.terminal import tell
from facetally import Job, Skipped
from facetally.local_files.files import FoundFiles, find_files

# Where results are written, the thumbnails are in this folder.
THUMBNAILS = "thumbnails"


def find_pictures(paths: Sequence[Path], out_dir: Path | None = None) -> FoundFiles:
    """Pictures, videos and archives, without what we wrote to `out_dir` ourselves."""
    ours = [] if out_dir is None else [out_dir, out_dir / THUMBNAILS]
    return find_files(paths, ours)


def require_pictures(found: FoundFiles) -> None:
    """Say what was left out; CommandFailed where nothing is left."""
    for gap in describe_gaps(found):
        tell(gap)
    if not found.files:
        raise CommandFailed("There are no pictures or videos at these paths.")


def describe_gaps(found: FoundFiles) -> list[str]:
    """A sentence for each kind of thing that was left out."""
    gaps = []
    if found.skipped.files:
        gaps.append(describe_skipped(found.skipped))
    if found.unreadable:
        gaps.append(f"Can't read these folders: {', '.join(found.unreadable)}.")
    return gaps


def tell_skipped(job: Job) -> None:
    """Say what the server left out of archives."""
    if job.skipped.files:
        tell(describe_skipped(job.skipped))


def describe_skipped(skipped: Skipped) -> str:
    """How many files were left out, and why."""
    kinds = (
        (skipped.generated, "generated (thumbnails and the like)"),
        (skipped.deleted, "deleted (in a recycle bin)"),
        (skipped.other, "not photos or videos"),
    )
    listed = ", ".join(f"{number} {kind}" for number, kind in kinds if number)
    return f"{skipped.files} skipped: {listed}."
