"""`facetally run --watch`: what is new is analyzed once, across restarts, each job in a folder."""

import json

import click
import pytest

from cli.commands.run import run
from cli.commands.watched_run import TAG, check_watched, watch_paths
from cli.exits import ExitStatus
from cli.options.watching import Rhythm
from cli.stack.own import DATA
from cli.stack.stack import Stack
from facetally import Client, Submission
from tests.support.media.sample_pictures import encode_scene
from tests.support.servers.served import serve_app
from tests.support.work.worker import work_until_done

ONCE = Rhythm(0.1, once=True, again=False)


@pytest.fixture
def photos(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(encode_scene("JPEG"))
    return tmp_path / "photos"


@pytest.fixture
def start(open_client, settings, tmp_path, photos):
    """A start of the command, whose workers are in this process; returns its exit status."""
    app = open_client(file_roots=(tmp_path.resolve(),)).application
    changed = settings.model_copy(update={"file_roots": (tmp_path.resolve(),)})

    def start_once(rhythm=ONCE, work=lambda: work_until_done(changed)):
        (tmp_path / "out" / DATA).mkdir(parents=True, exist_ok=True)
        with serve_app(app) as url, Client(url) as client:
            stack = Stack(url, work, lambda _: None)
            submission = Submission((TAG,))
            return watch_paths(client, stack, [photos], tmp_path / "out", submission, rhythm)

    return start_once


def read_names(out):
    """The names of the items in each folder of results."""
    written = {
        folder.name: (folder / "results.ndjson").read_text().splitlines()
        for folder in out.glob("job-*")
    }
    return {
        folder: [json.loads(line)["name"] for line in lines] for folder, lines in written.items()
    }


def test_each_file_is_analyzed_once_across_restarts(start, tmp_path, photos):
    assert start() == ExitStatus.DONE
    assert read_names(tmp_path / "out") == {"job-1": ["a.jpg"]}
    assert (tmp_path / "out" / "job-1" / "report.html").exists()
    (photos / "b.jpg").write_bytes(b"broken")
    assert start() == ExitStatus.INCOMPLETE
    assert start() == ExitStatus.DONE
    assert read_names(tmp_path / "out") == {"job-1": ["a.jpg"], "job-2": ["b.jpg"]}
    assert start(Rhythm(0.1, once=True, again=True)) == ExitStatus.INCOMPLETE
    assert read_names(tmp_path / "out")["job-3"] == ["a.jpg", "b.jpg"]


def test_a_job_that_was_cut_off_has_its_results_at_the_next_start(start, tmp_path):
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        start(work=stop)
    assert read_names(tmp_path / "out") == {}
    assert start() == ExitStatus.DONE
    assert read_names(tmp_path / "out") == {"job-1": ["a.jpg"]}


def test_only_folders_are_watched_and_not_that_of_the_results(photos):
    with pytest.raises(click.UsageError, match="Only folders"):
        check_watched([photos / "a.jpg"], photos / "out")
    with pytest.raises(click.UsageError, match="choose a folder in it"):
        check_watched([photos], photos)
    check_watched([photos], photos / "out")


def test_options_of_a_watch_belong_to_one(photos, tmp_path):
    words = [str(photos), "--out", str(tmp_path / "out"), "--once"]
    with pytest.raises(click.UsageError, match="belong to --watch"):
        run.main(words, standalone_mode=False)
