"""Uploads in parts: cut off, they continue, and nothing arrives twice."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from api.services import EXTENSION
from db.tables.items import ItemRow
from facetally import Client, FileProblem, Item, Options, SizedFile, Submission, Uploaded
from facetally.local_files.files import find_files, split_readable
from facetally.sending import parts, uploads
from facetally.sending.parts import PART_BYTES, PART_FILES, Limits, cut_into_parts
from tests.support.answers.http import OpenClient, stored_files
from tests.support.servers.served import serve_app
from worker.settings import Settings

FILES = 2 * 20 + 7
ADDRESS = "https://img.example.com/1.jpg"
LIMITS = Limits(1 << 30, 1_000_000, 1 << 29, 1 << 29)


class LosesAnswers(httpx.HTTPTransport):
    """A network that breaks before the first answer to each address arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = Counter[str]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.read()
        said = f"{request.method} {request.url.path} {request.headers.get('Idempotency-Key')}"
        self.asked[said] += 1
        if self.asked[said] == 1 and request.method == "POST":
            raise httpx.ReadError("broken", request=request)
        return response


class DeliversLate(httpx.HTTPTransport):
    """A network that loses the answer to the first piece, which arrives after the next question."""

    def __init__(self) -> None:
        super().__init__()
        self.late: httpx.Request | None = None
        self.offsets: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        offset = request.url.params.get("offset")
        if offset is not None:
            self.offsets.append(offset)
        if self.offsets == ["0"] and offset is not None:
            request.read()
            self.late = request
            raise httpx.ReadError("broken", request=request)
        response = super().handle_request(request)
        if self.late is not None and request.method == "GET":
            response.read()
            super().handle_request(self.late).read()
            self.late = None
        return response


class BreaksInPieces(httpx.HTTPTransport):
    """A network that breaks in every second piece, after its first bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.offsets: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        offset = request.url.params.get("offset")
        if offset is not None:
            self.offsets.append(offset)
            if len(self.offsets) % 2:
                raise httpx.WriteError("broken", request=request)
        return super().handle_request(request)


@pytest.fixture
def url(client: FlaskClient) -> Iterator[str]:
    with serve_app(client.application) as address:
        yield address


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[SizedFile]:
    """More than fit in two parts."""
    monkeypatch.setattr(parts, "PART_FILES", 20)
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:03}.jpg").write_bytes(b"content")
    readable, _ = split_readable(find_files([folder]).files)
    return readable


def names_of(client: Client, job: int) -> list[str]:
    return sorted(result.name for result in client.job(job).results())


def test_an_upload_that_is_cut_off_continues_and_adds_nothing_twice(
    url: str, files: list[SizedFile]
) -> None:
    def interrupt(uploaded: Uploaded) -> None:
        seen.append(uploaded)
        if uploaded.sent_files:
            raise KeyboardInterrupt

    seen: list[Uploaded] = []
    items = [Item(ADDRESS)]
    with Client(url) as first, pytest.raises(KeyboardInterrupt):
        first.submit_files(files, Submission(), items, interrupt)
    continued: list[Uploaded] = []
    with Client(url) as second:
        [draft] = second.jobs()
        assert (draft.state, draft.counts.items > 0) == ("draft", True)
        job = second.submit_files(files, Submission(), items, continued.append)
        assert (job.id, job.state) == (draft.id, "queued")
        assert names_of(second, job.id) == sorted([ADDRESS, *(file.name for file in files)])
        # Of parts that are sent side by side, any may be the first to arrive.
        assert continued[0].sent_files >= seen[-1].sent_files > 0
        assert continued[-1].sent_files == FILES
        again = second.submit_files(files, Submission(), items)
        assert (again.id, again.counts.items) == (job.id + 1, FILES + 1)


def test_answers_that_are_lost_add_nothing_twice(url: str, files: list[SizedFile]) -> None:
    with Client(url, transport=LosesAnswers()) as client:
        job = client.submit_files(files, Submission(), [Item(ADDRESS)])
        assert job.counts.items == FILES + 1
        assert len(set(names_of(client, job.id))) == FILES + 1


def test_other_files_options_or_dimensions_are_another_upload(
    url: str, files: list[SizedFile]
) -> None:
    others = [
        (files[:1], Submission()),
        (files[:2], Submission()),
        ([replace(files[0], modified_nanoseconds=1)], Submission()),
        (files[:1], Submission(options=Options(thumbnails="none"))),
        (files[:1], Submission(dimensions={"store": "Lyon"})),
    ]
    with Client(url) as client:
        for some, submission in others:
            client.submit_files(some, submission)
        assert len(list(client.jobs())) == len(others)


def test_the_same_key_is_the_same_job(url: str, files: list[SizedFile]) -> None:
    submission = Submission(idempotency_key="mine")
    with Client(url) as client:
        first = client.submit_files(files[:1], submission)
        assert client.submit_files(files[:1], submission).id == first.id


def test_a_file_over_a_limit_is_told_before_anything_is_sent(
    open_client: OpenClient, tmp_path: Path
) -> None:
    (tmp_path / "large.jpg").write_bytes(b"\xff\xd8\xff" + bytes(2000))
    (tmp_path / "large.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(4000))
    app = open_client(max_item_bytes=1000, max_video_bytes=3000).application
    with serve_app(app) as address, Client(address) as client:
        with pytest.raises(FileProblem, match=r"large.jpg has 2,003 bytes.*1,000 .*MAX_ITEM_BYTES"):
            client.submit(tmp_path / "large.jpg")
        with pytest.raises(FileProblem, match=r"large.mp4 has 4,012 bytes.*MAX_VIDEO_BYTES"):
            client.submit(tmp_path / "large.mp4")
        assert list(client.jobs()) == []


@pytest.mark.parametrize(
    ("sizes", "limits", "parts"),
    [
        ([], LIMITS, []),
        ([1] * (PART_FILES + 1), LIMITS, [PART_FILES, 1]),
        ([1, PART_BYTES, 1, 1], LIMITS, [1, 1, 2]),
        ([PART_BYTES * 3], LIMITS, [1]),
        ([1] * 5, replace(LIMITS, max_items_per_request=2), [2, 2, 1]),
        ([40_000] * 3, replace(LIMITS, max_upload_bytes=(64 << 10) + 90_000), [2, 1]),
    ],
    ids=["none", "many", "large", "largest", "few items", "small requests"],
)
def test_parts_are_within_the_limits(sizes: list[int], limits: Limits, parts: list[int]) -> None:
    files = [SizedFile(f"/{number}", "n", size) for number, size in enumerate(sizes)]
    cut = cut_into_parts(files, limits)
    assert [len(part.files) for part in cut] == parts
    assert [file for part in cut for file in part.files] == files


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[SizedFile]:
    """A file of several pieces beside a small one."""
    monkeypatch.setattr(parts, "PIECE_BYTES", 1 << 20)
    monkeypatch.setattr(uploads, "PIECE_BYTES", 1 << 20)
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / "a.jpg").write_bytes(b"small")
    # Larger than a part, so that it is one by itself.
    monkeypatch.setattr(parts, "PART_BYTES", 1 << 20)
    (tmp_path / "large" / "b.mp4").write_bytes(bytes(range(256)) * 10_000)
    readable, _ = split_readable(find_files([tmp_path / "large"]).files)
    return readable


def read_stored(client: FlaskClient, job: int) -> dict[str, bytes]:
    """The files of a job's items, by their names."""
    opened = client.application.extensions[EXTENSION]
    with opened.database.read() as session:
        rows = session.execute(select(ItemRow.name, ItemRow.uri).where(ItemRow.job_id == job)).all()
    stored = {}
    for name, uri in rows:
        with opened.store.open(uri) as content:
            stored[name] = content.read()
    return stored


def test_a_large_file_continues_after_the_last_piece_that_arrived(
    client: FlaskClient, url: str, large: list[SizedFile], settings: Settings
) -> None:
    def interrupt(uploaded: Uploaded) -> None:
        seen.append(uploaded.sent_bytes)
        if uploaded.sent_bytes > 1_500_000:
            raise KeyboardInterrupt

    seen: list[int] = []
    with Client(url) as first, pytest.raises(KeyboardInterrupt):
        first.submit_files(large, Submission(), (), interrupt)
    breaking = BreaksInPieces()
    with Client(url, transport=breaking) as second:
        [draft] = second.jobs()
        job = second.submit_files(large, Submission(dimensions={}), ())
        assert (job.id, job.state, job.counts.items) == (draft.id, "queued", 2)
    # The first piece had arrived; each of the others was sent again after a break.
    assert breaking.offsets == ["1048576", "1048576", "2097152", "2097152"]
    contents = {file.name: Path(file.path).read_bytes() for file in large}
    assert read_stored(client, job.id) == contents
    # Of the pieces, nothing is left.
    assert sorted(path.stat().st_size for path in stored_files(settings)) == sorted(
        map(len, contents.values())
    )


def test_a_piece_that_arrives_although_it_seemed_lost_counts_once(
    client: FlaskClient, url: str, large: list[SizedFile]
) -> None:
    late = DeliversLate()
    with Client(url, transport=late) as uploading:
        job = uploading.submit_files(large, Submission(), ())
    assert late.offsets == ["0", "0", "1048576", "2097152"]
    contents = {file.name: Path(file.path).read_bytes() for file in large}
    assert read_stored(client, job.id) == contents
