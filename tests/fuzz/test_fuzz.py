"""Damaged files end as items, with an outcome each; nothing dies of them."""

import random

import pytest
from flask.testing import FlaskClient

from tests.fuzz.campaign import run_campaign
from tests.fuzz.corpus import make_corpus
from tests.fuzz.mutations import mutate
from tests.fuzz.trial import make_file, read_items, try_file
from tests.fuzz.video_corpus import make_video_corpus
from tests.support.answers.http import results, upload
from tests.support.work.worker import work_until_done
from worker.settings import Settings

CODES = {"done", "unreadable", "unsupported", "too_large", "forbidden_source"}


@pytest.fixture(scope="module")
def corpus() -> dict[str, bytes]:
    return make_corpus()


def test_whole_files_are_read(corpus: dict[str, bytes]) -> None:
    for kind, data in corpus.items():
        items = list(read_items(data))
        if kind.startswith(("zip", "tar")):
            assert items.count("done") == 4, kind
            assert set(items) <= {"done", "link"}, kind
        else:
            assert items == ["done"], kind


def test_a_seed_always_makes_the_same_file(corpus: dict[str, bytes]) -> None:
    assert make_file(7, corpus) == make_file(7, corpus)
    others = list(corpus.values())
    files = {mutate(corpus["jpeg"], random.Random(seed), others) for seed in range(20)}
    assert len(files) == 20


def test_damaged_files_are_accounted_for() -> None:
    report = run_campaign(first_seed=1, files=300, processes=1)
    assert report.files == 300
    assert report.is_clean, report
    assert set(report.outcomes) <= CODES | {"link"}
    assert report.outcomes["done"] > 20
    assert report.outcomes["unreadable"] > 50


def test_whole_videos_are_read_and_damaged_ones_accounted_for() -> None:
    corpus = make_video_corpus()
    for kind, data in corpus.items():
        assert list(read_items(data)) == ["done"], kind
    outcomes = [try_file(seed, corpus) for seed in range(8)]
    assert [one.fault for one in outcomes] == [""] * 8
    assert {code for one in outcomes for code in one.items} <= CODES


def test_a_job_of_damaged_files_ends_with_an_outcome_for_each(
    client: FlaskClient, settings: Settings, corpus: dict[str, bytes]
) -> None:
    made = {str(seed): make_file(seed, corpus)[1] for seed in range(1000, 1060)}
    files = {name: data for name, data in made.items() if data}
    response = upload(client, files)
    assert response.status_code == 202
    work_until_done(settings)
    found = results(client, response)
    assert set(found.values()) <= CODES
    job = client.get(f"/v1/jobs/{response.json['id']}").json
    assert job["state"] == "completed_with_errors"
    counts = job["counts"]
    assert counts["items"] == counts["done"] + counts["failed"] >= len(files)
