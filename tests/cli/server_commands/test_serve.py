"""`facetally serve` and its clients: one server for all tests, started as users do."""

import csv
import io
import json
import signal
import socket
from contextlib import closing
from functools import partial

import httpx
import pytest
from sqlalchemy import select

from db.engine import Database
from db.tables.chunks import ChunkRow
from tests.support.media.sample_pictures import encode_scene
from tests.support.programs.cli import (
    WEIGHTS_DIR,
    Terminal,
    call_facetally,
    copy_samples,
    read_until,
    wait_for,
)
from tests.support.programs.served_stack import Served, find_queue, kill_holder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def served(data):
    with Terminal() as terminal:
        # Its leases last longer than the tests may.
        process = terminal.start(
            "serve", "--port", "0", "--data-dir", data, lease_seconds="900", min_cell="1"
        )  # fmt: skip
        url = read_until(process, "Facetally is ready").split()[4]
        yield Served(terminal, process, url)
        process.terminate()
        process.communicate()
        assert process.returncode == 128 + signal.SIGTERM
        assert terminal.is_clean()


@pytest.fixture
def call(served, capsys, monkeypatch):
    """Calls a command in this process."""
    return partial(call_facetally, capsys, monkeypatch, url=served.url)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    copy_samples(folder)
    return folder


@pytest.fixture(scope="module")
def job(served, photos):
    """A finished job of the sample photos."""
    words = ("--tag", "spring", "--dimension", "store=Lyon", "--watch")
    done = served.run("submit", photos, *words)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_a_job_is_listed_and_described(call, job):
    listed = json.loads(call("jobs", "--json").stdout)["jobs"]
    [row] = [line for line in call("jobs").stdout.splitlines() if "spring" in line]
    described = call("status", job)
    status = json.loads(call("status", job, "--json").stdout)

    assert job in [one["id"] for one in listed]
    assert row.split()[:6] == [str(job), "completed", "4", "4", "0", "8"]
    assert described.stdout.startswith(f"job {job} completed: 4 of 4 done")
    assert status["counts"]["faces"] == 8
    assert call("watch", job).returncode == 0


def test_results_are_printed_as_lines_as_a_table_and_as_an_array(call, job, tmp_path):
    lines = call("results", job).stdout.splitlines()
    rows = list(csv.DictReader(io.StringIO(call("results", job, "--format", "csv").stdout)))
    output = tmp_path / "results.json"
    words = ("--format", "json", "--gender", "female", "--dimension", "store=Lyon")
    done = call("results", job, *words, "--out", output)

    assert [len(json.loads(line)["faces"]) for line in lines] == [1, 5, 2, 0]
    assert len([row for row in rows if row["face"]]) == 8
    assert done.stdout == ""
    faces = [face for result in json.loads(output.read_text()) for face in result["faces"]]
    assert faces
    assert all(face["gender"]["value"] == "female" for face in faces)


def test_a_filter_without_matches_gives_an_empty_array(call, job):
    done = call("results", job, "--format", "json", "--state", "failed")

    assert json.loads(done.stdout) == []


def test_the_audience_is_a_table_or_json(call, job):
    table = call("audience", "--job", job, "--by", "gender")
    found = json.loads(call("audience", "--tag", "spring", "--bands", "0-120", "--json").stdout)

    assert "8 faces in 4 of 4 pictures" in table.stdout
    assert table.stdout.splitlines()[1].split()[0] in ("female", "male")
    assert found["faces"] == 8
    assert call("audience", "--bands", "shoes").returncode == 1


def test_thumbnails_are_saved(call, job, tmp_path):
    done = call("thumbnails", job, "--out", tmp_path / "small")

    assert done.returncode == 0
    assert [path.read_bytes()[:2] for path in (tmp_path / "small").iterdir()] == [b"\xff\xd8"] * 4


def test_a_job_with_a_broken_picture_ends_with_status_3(call, tmp_path):
    (tmp_path / "whole.jpg").write_bytes(encode_scene("JPEG"))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff")

    done = call("submit", tmp_path, "--watch", "--json")

    assert done.returncode == 3
    assert "1 of 2 done, 1 failed" in done.stderr
    assert call("watch", json.loads(done.stdout)["id"]).returncode == 3


def test_an_unreadable_file_is_reported_and_the_others_are_sent(call, tmp_path):
    (tmp_path / "whole.jpg").write_bytes(encode_scene("JPEG"))
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")

    done = call("submit", tmp_path)

    assert done.returncode == 3
    assert f"Can't read {tmp_path / 'gone.jpg'}:" in done.stderr
    assert int(done.stdout)


def test_only_addresses_outside_the_allowed_folders_fail(call, photos, tmp_path):
    manifest = tmp_path / "shop.csv"
    manifest.write_text(f"path,store\n{photos / 'astronaut.png'},Lyon\n")

    done = call("submit", manifest, "file:///nowhere.jpg", "--watch")

    results = [
        json.loads(line) for line in call("results", done.stdout.strip()).stdout.splitlines()
    ]
    assert done.returncode == 3
    # The files of a list are uploaded; an address is read by the server, from its folders only.
    assert [(result["state"], result["dimensions"]) for result in results] == [
        ("done", {"store": "Lyon"}),
        ("failed", {}),
    ]
    assert results[1]["error"]["code"] == "forbidden_source"


def test_a_manifest_at_an_address_is_read_by_the_server(call, tmp_path):
    manifest = tmp_path / "shop.csv"
    manifest.write_text("path\na.jpg\n")

    refused = call("submit", manifest.as_uri())
    several = call("submit", manifest.as_uri(), "https://img.example.com/a.jpg")

    assert refused.returncode == 1
    assert "FACETALLY_FILE_ROOTS" in refused.stderr
    assert several.returncode == 2
    assert "alone" in several.stderr


def test_duplicates_count_once_with_the_option(call, photos, tmp_path):
    for name in ("one.jpg", "two.jpg"):
        (tmp_path / name).write_bytes((photos / "gender_detection_input.jpg").read_bytes())
    done = call("submit", tmp_path, "--duplicates", "once", "--watch", "--json")
    assert done.returncode == 0
    counts = json.loads(call("status", json.loads(done.stdout)["id"], "--json").stdout)["counts"]
    assert (counts["done"], counts["duplicates"], counts["faces"]) == (2, 1, 2)


def test_a_paused_job_says_how_to_resume_it(call, tmp_path):
    manifest = tmp_path / "gone.ndjson"
    lines = (json.dumps({"uri": f"file:///gone/{number}.jpg"}) for number in range(3000))
    manifest.write_text("\n".join(lines))
    done = call("submit", manifest, "--watch")
    job = done.stdout.strip()
    assert done.returncode == 3
    assert f"job {job} paused" in done.stderr
    assert "failed as forbidden_source" in done.stderr
    assert f"facetally resume {job}" in done.stderr
    watched = call("watch", job)
    assert (watched.returncode, watched.stderr.count("facetally resume")) == (3, 1)
    assert "paused" in call("status", job).stdout
    assert call("retry", job).returncode == 1
    assert f"job {job} running" in call("resume", job).stdout
    assert call("resume", job).returncode == 1
    assert call("watch", job).returncode == 3
    assert f"job {job} failed" in call("status", job).stdout


def test_files_and_addresses_cannot_be_combined(call, photos):
    done = call("submit", photos, "file:///a.jpg")

    assert done.returncode == 2
    assert "not both" in done.stderr


def test_a_cancelled_job_ends_with_status_3(call, tmp_path):
    for number in range(60):
        # All different: duplicates would be done before anyone could cancel.
        picture = encode_scene("JPEG", 640, 480) + str(number).encode()
        (tmp_path / f"{number}.jpg").write_bytes(picture)
    number = call("submit", tmp_path).stdout.strip()

    cancelled, watched = call("cancel", number), call("watch", number)

    assert cancelled.returncode == 0
    assert f"job {number} cancel" in cancelled.stdout
    assert watched.returncode == 3
    assert "cancelled" in watched.stderr


def test_a_missing_job_is_one_clear_line_and_no_file(call, tmp_path):
    output = tmp_path / "none.ndjson"
    done = call("results", 999999, "--out", output)

    assert done.returncode == 1
    assert done.stderr == "Error: There is no job 999999.\n"
    assert not output.exists()


def test_a_port_in_use_is_reported(call, served, tmp_path):
    port = served.url.rpartition(":")[2]
    words = ("--port", port, "--data-dir", tmp_path)
    done = call("serve", *words, weights_dir=str(WEIGHTS_DIR))

    assert done.returncode == 1
    assert f"port {port} (Address already in use): choose another with --port" in done.stderr


def test_the_server_analyzes_a_single_picture(served, photos):
    picture = (photos / "astronaut.png").read_bytes()
    answer = httpx.post(f"{served.url}/v1/analyze", content=picture, trust_env=False)

    assert len(answer.json()["faces"]) == 1


def test_whichever_process_is_killed_work_continues(served, call, job, photos, data, tmp_path):
    # It has analyzed something, so its workers have all of their children.
    before = len(served.terminal.find_processes())
    worker, lost = lose_worker(served, call, data, tmp_path)
    assert [f"{socket.gethostname()}:{worker.pid}"] in lost
    for words in (("dispatcher",), ("--unixsocket",), ("api",)):
        child = served.find_child(*words) or find_queue(served)
        child.kill()
        wait_for(lambda gone=child: not gone.is_running(), f"the end of {words}")
    # Nobody takes the connection for a while, and nobody refuses it either.
    with socket.create_connection(served.url.removeprefix("http://").split(":")):
        assert call("jobs").returncode == 0
    wait_for(lambda: len(served.terminal.find_processes()) == before, "all processes")

    assert call("submit", photos, "--watch").returncode == 0


def lose_worker(served, call, data, folder):
    """Kill the worker while it works on a job, which then ends before the leases do; returns the
    worker, and with each chunk the processes that it was lost with."""
    for number in range(60):
        # Duplicates would not be analyzed.
        (folder / f"{number}.jpg").write_bytes(encode_scene("JPEG", 960 + number, 720))
    with closing(Database(f"sqlite:///{data / 'facetally.sqlite3'}")) as database:
        submitted = call("submit", folder)
        worker = wait_for(lambda: kill_holder(database, served.process.pid), "a leased chunk")
        assert call("watch", submitted.stdout.strip()).returncode == 0
        with database.read() as session:
            return worker, [chunk.unseen_crashes for chunk in session.scalars(select(ChunkRow))]
