"""The report of a job: a single HTML file, and its contents."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from db.engine import Database
from db.item_values import NewItem
from db.job_values import NewJob
from db.slices.evaluations import record_evaluation
from db.submissions.drafts import accept_job
from tests.support.answers.http import OpenClient
from tests.support.answers.pages import read
from tests.support.media.clips import PEOPLE
from tests.support.work.evaluations import make_evaluation
from tests.support.work.jobs import (
    make_face,
    work_all,
)
from tests.support.work.reports import FACES, make_job
from tests.support.work.videos import make_clip, read_items, submit_videos
from tests.support.work.worker import work_until_done
from worker.settings import Settings

EVIL = "<script>alert(1)</script>"


def test_the_report_is_a_single_file_that_loads_nothing(
    client: FlaskClient, settings: Settings
) -> None:
    make_job(settings, [{"store": "Lyon"}] * 6, fail=["3.jpg"])
    page = read(client)

    assert sum(address.startswith("data:image/jpeg;base64,") for address in page.loaded) == 5
    assert "3.jpg It is broken." in page.words
    assert not re.search(r"url\((?!#)|@import", page.text)


def test_key_figures_have_their_intervals(client: FlaskClient, settings: Settings) -> None:
    make_job(settings, [{}] * 10, faces=[make_face(10.0), make_face(30.0), make_face(50.0, 0.55)])
    words = read(client).words

    assert "Median age 30 Mean age 30 " in words
    assert re.search(r"Under 18 33\.3% 1\d\.\d\u20135\d\.\d%", words)
    assert re.search(r"Gender unknown 33\.3% 1\d\.\d\u20135\d\.\d%", words)
    assert re.search(r"Aged 45-54: 10, 33\.3% \(", words)


def test_a_dimension_has_its_shares_and_genders(client: FlaskClient, settings: Settings) -> None:
    make_job(settings, [{"store": "Lyon"}] * 3 + [{"store": "Nice"}, {}])
    words = read(client).words

    assert "By store" in words
    lyon = r"Lyon 6 faces, 60\.0% \(\d+\.\d\u2013\d+\.\d%\) of all female 50\.0%"
    assert re.search(lyon, words)
    assert re.search(r"Nice 2 faces, 20\.0% .* not given 2 faces, 20\.0%", words)


def test_values_beyond_the_eighth_are_combined(client: FlaskClient, settings: Settings) -> None:
    stores = [{"store": f"store {number}"} for number in range(11) for _ in range(12 - number)]
    make_job(settings, stores)
    words = read(client).words

    assert "store 7 10 faces" in words
    assert "store 8" not in words
    assert re.search(r"3 others 18 faces, 11\.7%", words)


def test_withheld_counts_are_named_but_not_shown(
    open_client: OpenClient, settings: Settings
) -> None:
    client = open_client(min_cell=5)
    make_job(
        settings,
        [{"store": "Lyon"}] * 13 + [{"store": "Nice"}] * 3,
        faces=[make_face()],
        days=[0] * 13 + [3] * 3,
    )
    words = read(client).words

    assert "Faces found 15 Faces counted 15" in words
    assert "Lyon 15 faces" in words
    assert "Nice fewer than 5 faces" in words
    assert not re.search(r"\b(13|16|3) faces", words)
    assert "A circle: fewer than 5 faces." in words
    assert "Counts below 5 faces are withheld" in words


def test_values_with_few_faces_come_before_those_without(
    open_client: OpenClient, settings: Settings
) -> None:
    client = open_client(min_cell=5)
    stores = [{"store": "Lyon"}] * 5 + [{"store": "Metz"}, {"store": "Nice"}]
    make_job(settings, stores, faces=[make_face()], fail=["5.jpg"])
    words = read(client).words

    assert re.search(r"Lyon 5 faces.*Nice fewer than 5 faces Metz 0 faces", words)


def test_too_few_faces_have_no_figures(open_client: OpenClient, settings: Settings) -> None:
    client = open_client(min_cell=5)
    make_job(settings, [{"store": "Lyon"}] * 3, faces=[make_face()], days=[0] * 3)
    page = read(client)

    assert "Faces counted fewer than 5" in page.words
    assert "too few to publish figures" in page.words
    assert page.plots == []
    assert "By store" not in page.words


def test_every_name_and_value_is_escaped(client: FlaskClient, settings: Settings) -> None:
    database = Database(settings.database_url)
    items = [
        NewItem(f"{EVIL}{number}", "file:///a", None, {EVIL: f"{EVIL}&value"}) for number in (1, 2)
    ]
    with database.write() as session:
        accept_job(session, NewJob(tags=(EVIL,)), items, 2)
    work_all(database, faces=FACES, fail=[f"{EVIL}1"])
    database.close()
    page = read(client)

    assert EVIL not in page.text
    assert f"By {EVIL}" in page.words
    assert f"{EVIL}&value 2 faces" in page.words
    assert page.words.count(f"{EVIL}1") == page.words.count(f"{EVIL}2") == 1


def test_the_report_of_a_job_without_faces_says_so(client: FlaskClient, settings: Settings) -> None:
    make_job(settings, [{"store": "Lyon"}] * 2, faces=[], days=[0, 1])
    page = read(client)

    assert "Analyzed 2 without faces 2 Faces found 0 Faces counted 0" in page.words
    assert "No faces found." in page.words
    assert page.plots == []


def test_a_job_without_dimensions_and_days_has_only_the_pyramid(
    client: FlaskClient, settings: Settings
) -> None:
    make_job(settings, [{}] * 2)
    page = read(client)

    assert page.plots == []
    assert 'aria-label="Population pyramid"' in page.text
    assert not re.search(r"By (day|week|month)", page.words)


def test_people_in_videos_are_counted_once_per_shot(
    client: FlaskClient, settings: Settings, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path)
    database = Database(settings.database_url)
    job_id = submit_videos(database, clip)
    work_until_done(settings, database)
    [item] = read_items(database, job_id)
    database.close()
    words = read(client).words

    assert f"Faces found {len(item.faces)} People counted {PEOPLE}" in words
    assert f"{len(item.faces)} faces in {item.frames} frames" in words
    assert f"{PEOPLE} people in 1 analyzed of 1 submitted items" in words
    assert "People are counted once per photo and once per shot" in words


@pytest.mark.parametrize(
    ("days", "period", "rest"),
    [
        ([0, 0, 1], "day", ""),
        ([0, 90, None], "day", "Undated: 2."),
        ([0, 200, 201], "week", ""),
        ([0, 800, 900], "month", ""),
        ([-20_000, 0, 1], "month", "Earlier: 2."),
        ([-739_000, 0, None], "month", "Earlier: 2. Undated: 2."),
    ],
)
def test_the_period_of_the_timeline_fits_its_width(
    client: FlaskClient, settings: Settings, days: list[int | None], period: str, rest: str
) -> None:
    make_job(settings, [{}] * len(days), days=days)
    page = read(client)

    assert f"By {period} " in page.words
    assert f"in UTC. {rest}".strip() in page.words
    assert "2026" in page.plots[0]


def test_an_erased_job_has_an_empty_report(client: FlaskClient, settings: Settings) -> None:
    make_job(settings, [{"store": "Lyon"}] * 2, days=[0, 1])
    client.delete("/v1/jobs/1")
    page = read(client)

    assert "This job was erased on" in page.words
    assert "Submitted 0 Analyzed 0 Faces found 0 Faces counted 0" in page.words
    assert "Lyon" not in page.text
    assert page.plots == page.loaded == []


def test_the_report_of_an_unknown_job_is_a_404(client: FlaskClient) -> None:
    assert client.get("/v1/jobs/99/report").status_code == 404


def test_plots_are_well_formed_and_use_the_colors_of_the_page(
    open_client: OpenClient, settings: Settings
) -> None:
    client = open_client(min_cell=5)
    faces = [make_face(30.0), make_face(40.0, 0.1)]
    make_job(settings, [{}] * 8, faces=faces, days=[0] * 7 + [2])
    [plot] = read(client).plots

    assert ElementTree.fromstring(plot).tag.endswith("svg")
    assert not re.findall(r"#[0-9a-f]{6}\b", plot)
    assert "var(--accent)" in plot


def test_accuracy_comes_from_the_newest_evaluation_or_from_what_was_measured(
    client: FlaskClient, settings: Settings
) -> None:
    make_job(settings, [{}])
    assert "Faces found 99.6% 797 of 800" in read(client).words
    database = Database(settings.database_url)
    for name in ("spring", "autumn"):
        with database.write() as session:
            record_evaluation(session, make_evaluation(name))
    database.close()
    words = read(client).words

    assert "Evaluation “autumn” of" in words
    assert "797 of 800" not in words
    assert "Ages are overestimated by 2.0 years" in words


def test_a_report_to_share_has_a_title_an_answer_and_no_pictures(
    client: FlaskClient, settings: Settings
) -> None:
    make_job(settings, [{}] * 4, days=[0, 0, 1, 3])
    page = read(client, query="title=Spring+%3C3&client=Acme")
    assert "Spring <3 For Acme · May 1, 2026 to May 4, 2026 · Job 1" in page.words
    assert "8 faces : 50% female" in page.words
    assert "Photos and videos The first" not in page.words
    assert not [address for address in page.loaded if address.startswith("data:image")]
    # Closed details would be missing on paper.
    assert "details" not in page.tags
    assert page.words.index("8 faces :") < page.words.index("How we got here")
