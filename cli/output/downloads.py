"""A job's results as files in a folder, each put in place whole."""

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.progress import track

from api.schemas.audience import AudienceOut
from api.schemas.jobs import JobOut
from api.schemas.results import ResultOut
from cli.client import Client, ServerAway
from cli.terminal import open_stderr
from cli.uploads.files import THUMBNAILS

RESULTS = "results.ndjson"
PEOPLE = "people.ndjson"
VIDEOS = "videos"
AUDIENCE = "audience.json"
REPORT = "report.html"
# The API answers as many at once with ease.
THUMBNAIL_THREADS = 4
THUMBNAILS_PER_TURN = 256
LONGEST_NAME_BYTES = 120
OUR_COPY = re.compile(r"\d+-.*\.mp4")
OUR_THUMBNAIL = re.compile(r"\d+-.*\.jpg")
# A stream that breaks, because the API was started anew, is read again from its start.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Harvest:
    """What was written: the audience, how many people videos show (None where there are none), and
    each video's name with its warning."""

    audience: AudienceOut
    people: int | None
    warnings: tuple[tuple[str, str], ...]


def write_job_files(client: Client, job: JobOut, folder: Path) -> Harvest:
    """Results, people, audience, report and thumbnails, replacing those of an earlier job."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / RESULTS, lambda: client.read_results(job.id, {"format": "ndjson"}))
    people, warnings = _write_people(client, job, folder)
    audience = client.read_audience({"job": job.id})
    write_whole(folder / AUDIENCE, lambda: [audience.model_dump_json(indent=2).encode() + b"\n"])
    write_whole(folder / REPORT, lambda: [client.read_report(job.id)])
    thumbnails = folder / THUMBNAILS
    written = write_thumbnails(client, read_results(folder), thumbnails, job.counts.done)
    for path in thumbnails.iterdir():
        if OUR_THUMBNAIL.fullmatch(path.name) and path.name not in written:
            path.unlink()
    return Harvest(audience, people, warnings)


def _write_people(
    client: Client, job: JobOut, folder: Path
) -> tuple[int | None, tuple[tuple[str, str], ...]]:
    """Of videos: a line for each person, and the annotated copies; tells how many people, and what
    the videos warn of."""
    people, copies = folder / PEOPLE, folder / VIDEOS
    people.unlink(missing_ok=True)
    for copy in copies.glob("*.mp4"):
        if OUR_COPY.fullmatch(copy.name):
            copy.unlink()
    videos = [
        one.model_copy(update={"faces": []})
        for one in read_results(folder)
        if one.video is not None
    ]
    if not videos:
        return None, ()
    tracks = {"format": "ndjson", "view": "tracks"}
    write_whole(people, lambda: client.read_results(job.id, tracks))
    for video in videos:
        if video.video is not None and video.video.copy_url is not None:
            copies.mkdir(exist_ok=True)
            _write_copy(client, video, copies)
    with people.open("rb") as lines:
        count = sum(1 for _ in lines)
    warned = ((one.name, one.video.warning) for one in videos if one.video is not None)
    return count, tuple((name, warning) for name, warning in warned if warning)


def _write_copy(client: Client, video: ResultOut, folder: Path) -> None:
    name = f"{video.item}-{_make_safe(Path(video.name).stem)}.mp4"
    write_whole(folder / name, lambda: client.read_video(video.item))


def read_results(folder: Path) -> Iterator[ResultOut]:
    """The results that `write_job_files` left in a folder."""
    with (folder / RESULTS).open("rb") as lines:
        for line in lines:
            yield ResultOut.model_validate_json(line)


def write_thumbnails(
    client: Client, results: Iterable[ResultOut], folder: Path, total: int | None = None
) -> set[str]:
    """A file for each result that has a thumbnail; returns their names."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = (result for result in results if result.thumbnail)
    names = set()
    with ThreadPoolExecutor(THUMBNAIL_THREADS) as threads:
        for name in track(
            _fetch_in_turns(threads, client, wanted, folder),
            "writing thumbnails",
            total=total,
            console=open_stderr(),
            transient=True,
            disable=not open_stderr().is_terminal,
        ):
            names.add(name)
    return names


def _fetch_in_turns(
    threads: ThreadPoolExecutor, client: Client, results: Iterator[ResultOut], folder: Path
) -> Iterator[str]:
    """A bounded number is asked for ahead: a job may have a million."""

    def fetch(result: ResultOut) -> str:
        name = f"{result.item}-{_make_safe(result.name)}.jpg"
        write_whole(folder / name, lambda: [client.read_thumbnail(result.item)])
        return name

    while turn := list(islice(results, THUMBNAILS_PER_TURN)):
        yield from threads.map(fetch, turn)


def _make_safe(name: str) -> str:
    """A part of a file's name that is valid on every system."""
    safe = re.sub(r"[^\w.-]+", "_", name).strip("._")
    return safe.encode()[-LONGEST_NAME_BYTES:].decode(errors="ignore")


def write_whole(path: Path, read: Callable[[], Iterable[bytes]]) -> None:
    """Write beside the file first: one that is cut off never stands under its name."""
    part = path.with_name(f".{path.name}.part")
    try:
        _copy(part, read)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _copy(part: Path, read: Callable[[], Iterable[bytes]]) -> None:
    for tries_left in range(TRIES - 1, -1, -1):
        try:
            with part.open("wb") as file:
                file.writelines(read())
            return
        except ServerAway:
            if not tries_left:
                raise
