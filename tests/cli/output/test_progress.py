"""What a line of progress says of a job."""

import pytest

from cli.output.progress import describe_delivered, describe_job
from facetally import Client
from facetally.job import make_job

JOB = {
    "id": 7,
    "state": "running",
    "tags": [],
    "options": {},
    "packs": [],
    "counts": {
        "items": 1000, "waiting": 0, "running": 683, "done": 312, "failed": 0, "cancelled": 0,
        "faces": 5, "duplicates": 0,
    },
    "videos": None,
    "items_per_second": None,
    "eta_seconds": None,
    "priority": "normal",
    "timestamps": {
        "created": "2026-05-01T10:00:00Z", "queued": None, "running": None, "paused": None,
        "resumed": None, "cancelling": None, "finished": None,
    },
    "expires_at": None,
    "paused": None,
    "erased": None,
    "rerun_of": None,
    "skipped": {"generated": 0, "deleted": 0, "other": 0}, "name": "", "notes": "",
    "listing": None, "delivered": None, "headcount": None, "sample": None, "linked_people": None,
}  # fmt: skip
START = "job 7 running: 312 of 1000 done"
PAUSE = {"at": "2026-05-01T10:00:00Z", "code": "not_found", "message": "All are missing."}
RECEIPT = {
    "items": 4, "faces": 8, "thumbnails": 4, "uploads": 4,
    "asked_at": "2026-05-01T10:00:00Z", "erased_at": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({}, START),
        ({"counts": {**JOB["counts"], "failed": 5, "cancelled": 2}},
         f"{START}, 5 failed, 2 cancelled"),
        ({"state": "draft"},
         "job 7 is open: 1000 items so far; it starts once it has all of them"),
        ({"state": "draft", "listing": "s3://b/"},
         "job 7 is open: 1000 items so far; the server lists s3://b/"),
        ({"items_per_second": 18.2, "eta_seconds": 37}, f"{START}, 18.2/s, 0:37 left"),
        ({"items_per_second": 0.05}, f"{START}, 3.0/min"),
        ({"eta_seconds": 3700}, f"{START}, 1:01:40 left"),
        ({"videos": {"running": 1, "analyzed": 0.5, "annotated": None}},
         f"{START}, 1 video 50% analyzed"),
        ({"videos": {"running": 2, "analyzed": 1, "annotated": 0.25}},
         f"{START}, 2 videos 100% analyzed, annotated videos 25%"),
        ({"paused": PAUSE}, f"{START}. All are missing. To resume it: facetally resume 7"),
        ({"erased": RECEIPT}, "job 7 is erased: it had 4 items, 8 faces"),
    ],
    ids=["counts", "failures", "open", "listed", "pace", "a slow pace", "hours", "a video",
         "videos", "a pause", "an erased job"],
)  # fmt: skip
def test_a_job_is_described_in_one_line(change, line):
    with Client("server") as client:
        job = make_job(client._connection, {**JOB, **change})

    assert describe_job(job) == line
    assert describe_delivered(job) is None


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({}, "1 delivery with 52 faces written to s3://b"),
        ({"is_complete": True, "deliveries": 2},
         "2 deliveries with 52 faces written to s3://b, all of them"),
        ({"error": "No room."},
         "1 delivery with 52 faces written to s3://b. No room. It is tried again."),
    ],
    ids=["some", "all", "an error"],
)  # fmt: skip
def test_what_was_written_elsewhere_is_described(change, line):
    delivered = {"uri": "s3://b", "deliveries": 1, "items": 9, "faces": 52, "size_bytes": 4096,
                 "is_complete": False, "error": None, **change}  # fmt: skip
    with Client("server") as client:
        job = make_job(client._connection, {**JOB, "delivered": delivered})
    assert describe_delivered(job) == line
