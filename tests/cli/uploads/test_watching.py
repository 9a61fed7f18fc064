"""A folder that is watched: what is new is submitted once, whatever is interrupted."""

from collections import Counter

import pytest

from cli.exits import CommandFailed
from cli.uploads.seen import SeenFiles
from cli.uploads.watched_folders import WatchedFolders
from cli.uploads.watching import OTHER_OPTIONS, Watch
from facetally import Client, Options, ServerUnavailable, Submission
from tests.support.media.found_files import touch
from tests.support.servers.served import serve_app


class Cut(Client):
    """A client that is cut off before it sends anything, or after everything was accepted."""

    cut_at = ""

    def submit_files(self, *arguments, **named):
        if self.cut_at == "before":
            raise self.error
        job = super().submit_files(*arguments, **named)
        if self.cut_at == "after":
            raise self.error
        return job


@pytest.fixture
def served(client):
    with serve_app(client.application) as url, Cut(url) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path):
    touch(tmp_path / "in", "Berlin/a.jpg", "Paris/b.jpg", "notes.txt")
    return tmp_path / "in"


@pytest.fixture
def start(served, folder, tmp_path):
    """A watch as it is after a start, which knows only what is in its file."""
    opened = []

    def open_watch(submission=Submission()):  # noqa: B008 - it is frozen
        opened.append(SeenFiles.open(tmp_path / "state" / "seen"))
        place = WatchedFolders([folder], submission, served.limits)
        return Watch(served, place, submission, opened[-1].__enter__())

    yield open_watch
    for one in opened:
        one.__exit__(None, None, None)


def submitted(served):
    """How often each file is in jobs that have started."""
    jobs = [job for job in served.jobs() if job.state == "queued"]
    return Counter(result.name for job in jobs for result in job.results())


def test_what_is_new_is_submitted_once_across_restarts(served, start, folder):
    watch = start()
    assert list(watch.look()) == []
    [job] = list(watch.look())
    assert (job.state, job.counts.items) == ("queued", 2)
    assert list(watch.look()) == []
    touch(folder, "new.jpg")
    again = start()
    assert list(again.look()) == []
    [job] = list(again.look())
    assert [result.name for result in job.results()] == ["new.jpg"]
    assert set(submitted(served).values()) == {1}


def test_a_file_that_is_still_written_waits(start, folder):
    watch = start()
    list(watch.look())
    for size in (1, 2):
        (folder / "Paris" / "b.jpg").write_bytes(bytes(size))
        names = [result.name for job in list(watch.look()) for result in job.results()]
        assert "Paris/b.jpg" not in names
    [job] = list(watch.look())
    assert [result.name for result in job.results()] == ["Paris/b.jpg"]


def test_a_file_that_has_changed_is_new(served, start, folder):
    watch = start()
    list(watch.look())
    list(watch.look())
    (folder / "Berlin" / "a.jpg").write_bytes(b"changed")
    list(watch.look())
    list(watch.look())
    assert submitted(served) == {"Berlin/a.jpg": 2, "Paris/b.jpg": 1}


@pytest.mark.parametrize("cut_at", ["before", "after"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ServerUnavailable("gone")], ids=repr)
def test_a_submission_that_is_cut_off_counts_once(served, start, cut_at, error):
    watch = start()
    list(watch.look())
    served.cut_at, served.error = cut_at, error
    try:
        assert list(watch.look()) == []
    except KeyboardInterrupt:
        assert isinstance(error, KeyboardInterrupt)
    served.cut_at = ""
    [job] = list(start().look())
    assert job.state == "queued"
    assert submitted(served) == {"Berlin/a.jpg": 1, "Paris/b.jpg": 1}


@pytest.mark.parametrize("cut_at", ["before", "after"])
def test_what_changed_after_it_was_cut_off_is_new(served, start, folder, cut_at):
    watch = start()
    list(watch.look())
    served.cut_at, served.error = cut_at, KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        list(watch.look())
    served.cut_at = ""
    (folder / "Paris" / "b.jpg").write_bytes(b"changed")
    again = start()
    list(again.look())
    list(again.look())
    changed = 2 if cut_at == "after" else 1
    assert submitted(served) == {"Berlin/a.jpg": 1, "Paris/b.jpg": changed}


def test_other_options_wait_for_what_was_cut_off(served, start):
    watch = start()
    list(watch.look())
    served.cut_at, served.error = "before", KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        list(watch.look())
    with pytest.raises(CommandFailed, match=OTHER_OPTIONS[:30]):
        list(start(Submission(("tag",))).look())


def test_files_that_cannot_be_submitted_are_told_once(start, folder, capsys):
    touch(folder, "stray.jpg")
    watch = start(Submission(options=Options(folders_as="store")))
    list(watch.look())
    [job] = list(watch.look())
    assert {result.dimensions["store"] for result in job.results()} == {"Berlin", "Paris"}
    assert list(watch.look()) == []
    assert capsys.readouterr().err.count("'stray.jpg' is in 0 folders") == 1
