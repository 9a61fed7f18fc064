"""A bucket that is watched: what is new is submitted once, across restarts."""

from contextlib import closing

import boto3
import pytest

from cli.exits import CommandFailed
from cli.uploads import watching
from cli.uploads.seen import SeenFiles
from cli.uploads.watched_bucket import WatchedBucket
from cli.uploads.watching import Watch
from facetally import Client, Options, Submission
from tests.support.servers.buckets import KEYS, REGION, fill_bucket
from tests.support.servers.served import serve_app

BUCKET = "watched"
NAMES = ["Berlin/a.jpg", "Paris/b.jpg", "Paris/notes.txt", "Paris/._b.jpg", ".x/c.jpg", "Rome/"]


class Cut(Client):
    """A client that is stopped before it sends anything, or after everything was accepted."""

    cut_at = ""

    def submit_files(self, *arguments, **named):
        if self.cut_at == "before":
            raise KeyboardInterrupt
        job = super().submit_files(*arguments, **named)
        if self.cut_at == "after":
            raise KeyboardInterrupt
        return job


@pytest.fixture
def put(s3, as_operator):
    fill_bucket(s3, BUCKET, {f"2026/{name}": b"x" for name in NAMES})
    with closing(boto3.client("s3", endpoint_url=s3, region_name=REGION, **KEYS)) as store:

        def put_one(name, content=b"x"):
            store.put_object(Bucket=BUCKET, Key=f"2026/{name}", Body=content)

        yield put_one
        for entry in store.list_objects_v2(Bucket=BUCKET)["Contents"]:
            store.delete_object(Bucket=BUCKET, Key=entry["Key"])
        store.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def served(client):
    with serve_app(client.application) as url, Cut(url) as opened:
        yield opened


@pytest.fixture
def look(served, tmp_path):
    """Names of the items of the jobs that a start of the command makes at its first look."""

    def look_once(address=f"s3://{BUCKET}/2026/", **options):
        submission = Submission(options=Options(**options))
        with SeenFiles.open(tmp_path / "seen") as seen:
            watch = Watch(served, WatchedBucket(address, submission), submission, seen)
            return [[result.name for result in job.results()] for job in watch.look()]

    return look_once


def test_what_is_new_in_a_bucket_is_submitted_once(put, look):
    assert look() == [["Berlin/a.jpg", "Paris/b.jpg"]]
    assert look() == []
    put("Rome/d.jpg")
    put("Berlin/a.jpg", b"changed")
    assert look() == [["Berlin/a.jpg", "Rome/d.jpg"]]
    assert look() == []


def test_a_large_bucket_is_several_jobs(put, look, monkeypatch):
    monkeypatch.setattr(watching, "MOST_FILES", 1)
    assert look() == [["Berlin/a.jpg"], ["Paris/b.jpg"]]
    assert look() == []


@pytest.mark.parametrize("cut_at", ["before", "after"])
def test_a_submission_that_was_cut_off_is_made_once(put, look, served, cut_at):
    served.cut_at = cut_at
    with pytest.raises(KeyboardInterrupt):
        look()
    served.cut_at = ""
    assert look() == [["Berlin/a.jpg", "Paris/b.jpg"]]
    assert look() == []
    assert [job.counts.items for job in served.jobs()] == [2]


def test_folders_of_a_bucket_are_dimensions_and_strays_are_told_once(put, look, served, capsys):
    put("stray.jpg")
    look(f"s3://{BUCKET}/2026/**/*.jpg", folders_as="store")
    [job] = served.jobs()
    assert {result.dimensions["store"] for result in job.results()} == {"Berlin", "Paris"}
    assert look(f"s3://{BUCKET}/2026/**/*.jpg", folders_as="store") == []
    assert capsys.readouterr().err.count("'stray.jpg' is in 0 folders") == 1


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("file:///data/", "can't be watched"),
        ("https://data/", "can't be watched"),
        ("s3://gone-bucket/", "no such"),
        ("s3://", "not a valid bucket"),
    ],
)
def test_what_cannot_be_listed_is_one_sentence(as_operator, look, address, words):
    with pytest.raises(CommandFailed, match=words):
        look(address)
