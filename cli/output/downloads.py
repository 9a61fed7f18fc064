"""Downloads the results of a job into a folder; a file that is there is complete."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from rich.progress import track

from cli.terminal import open_stderr
from cli.uploads.files import THUMBNAILS
from facetally import Audience, Client, Job, Result, ServerUnavailable
from facetally.parsing import parse

RESULTS = "results.ndjson"
PEOPLE = "people.ndjson"
VIDEOS = "videos"
AUDIENCE = "audience.json"
REPORT = "report.html"
THUMBNAIL_THREADS = 4
THUMBNAILS_AT_ONCE = 256
LONGEST_NAME_BYTES = 120
OUR_VIDEO = re.compile(r"\d+-.*\.mp4")
OUR_THUMBNAIL = re.compile(r"\d+-.*\.jpg")
# A stream that breaks because the API restarts is read again from its start.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Downloads:
    """The audience, the number of people in videos (None without videos, and where the audience is
    of people), and each video that has a warning."""

    audience: Audience
    people: int | None
    warnings: tuple[tuple[str, str], ...]


def download_job(client: Client, job: Job, folder: Path) -> Downloads:
    """Results, people, audience, report and thumbnails, replacing those of an earlier job."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / RESULTS, lambda: job.export("ndjson"))
    people, warnings = _download_people(client, job, folder)
    is_linked = job.linked_people is not None and job.linked_people.people is not None
    audience = client.audience(job=job.id, count="people" if is_linked else "faces")
    text = json.dumps(audience.raw, ensure_ascii=False, indent=2) + "\n"
    write_whole(folder / AUDIENCE, lambda: [text.encode()])
    write_whole(folder / REPORT, lambda: [job.report()])
    _replace_thumbnails(client, job, folder)
    return Downloads(audience, None if is_linked else people, warnings)


def _download_people(
    client: Client, job: Job, folder: Path
) -> tuple[int | None, tuple[tuple[str, str], ...]]:
    """Of videos: a line for each person, and the annotated videos; returns the number of people,
    and the warnings."""
    people, annotated = folder / PEOPLE, folder / VIDEOS
    people.unlink(missing_ok=True)
    for video in annotated.glob("*.mp4"):
        if OUR_VIDEO.fullmatch(video.name):
            video.unlink()
    videos = [replace(one, faces=()) for one in read_results(folder) if one.video is not None]
    if not videos:
        return None, ()
    write_whole(people, lambda: job.export("ndjson", "tracks"))
    for one in videos:
        if one.video is not None and one.video.annotated_video_url is not None:
            annotated.mkdir(exist_ok=True)
            _download_video(client, one, annotated)
    with people.open("rb") as lines:
        count = sum(1 for _ in lines)
    warned = ((one.name, one.video.warning) for one in videos if one.video is not None)
    return count, tuple((name, warning) for name, warning in warned if warning)


def _download_video(client: Client, result: Result, folder: Path) -> None:
    name = f"{result.item}-{_make_safe(Path(result.name).stem)}.mp4"
    write_whole(folder / name, lambda: client.annotated_video(result.item))


def read_results(folder: Path) -> Iterator[Result]:
    """The results that `download_job` wrote to a folder."""
    with (folder / RESULTS).open("rb") as lines:
        for line in lines:
            yield parse(Result, json.loads(line))


def _replace_thumbnails(client: Client, job: Job, folder: Path) -> None:
    thumbnails = folder / THUMBNAILS
    written = download_thumbnails(client, read_results(folder), thumbnails, job.counts.done)
    for path in thumbnails.iterdir():
        if OUR_THUMBNAIL.fullmatch(path.name) and path.name not in written:
            path.unlink()


def download_thumbnails(
    client: Client, results: Iterable[Result], folder: Path, total: int | None = None
) -> set[str]:
    """A file for each result that has a thumbnail; returns their names."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = (result for result in results if result.thumbnail)
    with ThreadPoolExecutor(THUMBNAIL_THREADS) as threads:
        return set(
            track(
                _download_in_batches(threads, client, wanted, folder),
                "saving thumbnails",
                total=total,
                console=open_stderr(),
                transient=True,
                disable=not open_stderr().is_terminal,
            )
        )


def _download_in_batches(
    threads: ThreadPoolExecutor, client: Client, results: Iterator[Result], folder: Path
) -> Iterator[str]:
    """A job may have a million: results are read a batch at a time."""

    def download(result: Result) -> str:
        name = f"{result.item}-{_make_safe(Path(result.name).stem)}.jpg"
        write_whole(folder / name, lambda: [client.thumbnail(result.item)])
        return name

    while batch := list(islice(results, THUMBNAILS_AT_ONCE)):
        yield from threads.map(download, batch)


def _make_safe(name: str) -> str:
    """A part of a file name that is valid on every system."""
    safe = re.sub(r"[^\w.-]+", "_", name).strip("._")
    return safe.encode()[-LONGEST_NAME_BYTES:].decode(errors="ignore")


def write_whole(path: Path, read: Callable[[], Iterable[bytes]]) -> None:
    """Write to a file next to it, and rename that when it is complete."""
    part = path.with_name(f".{path.name}.part")
    try:
        _write_part(part, read)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_part(part: Path, read: Callable[[], Iterable[bytes]]) -> None:
    for tries_left in range(TRIES - 1, -1, -1):
        try:
            with part.open("wb") as file:
                file.writelines(read())
            return
        except ServerUnavailable:
            if not tries_left:
                raise
