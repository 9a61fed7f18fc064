"""The audience page without a browser: the answer, filters and saved questions."""

import re
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient

from api.audience_page.presets import PRESETS
from api.audience_page.versus import read_other
from api.pages.audience import read_question
from api.services import EXTENSION
from db.item_values import NewItem
from db.job_values import NewJob
from db.submissions.drafts import accept_job
from tests.support.answers.http import OpenClient
from tests.support.answers.pages import PAGE, Page
from tests.support.work.jobs import make_face, work_all
from tests.support.work.people import CAST, record_people

FACES = (make_face(30, 0.9), make_face(28, 0.95), make_face(40, 0.1))


@pytest.fixture
def filled(client: FlaskClient) -> FlaskClient:
    """A job of two stores with three faces on each of six photos."""
    fill(client)
    return client


def fill(client: FlaskClient) -> None:
    database = client.application.extensions[EXTENSION].database
    stores = ["Lyon"] * 4 + ["Paris"] * 2
    items = [
        NewItem(
            f"{n}.jpg",
            f"file:///{n}.jpg",
            dimensions={"store": store, "campaign": "spring"},
        )
        for n, store in enumerate(stores)
    ]
    with database.write() as session:
        accept_job(session, NewJob(("autumn",)), items, 10)
    work_all(database, FACES)


def test_the_answer_comes_first(filled: FlaskClient) -> None:
    words = Page(filled.get("/audience", headers=PAGE).text).words
    assert "18 faces : 67% female" in words
    assert ", most often aged 25 to 34, median age 30" in words
    assert words.index("18 faces") < words.index("By age and gender")


def test_small_counts_say_why_they_are_missing(open_client: OpenClient) -> None:
    client = open_client(min_cell=5)
    fill(client)
    words = Page(client.get("/audience", headers=PAGE).text).words
    assert "About 20 faces" in words
    paris = client.get("/audience?dimension.store=Paris", headers=PAGE).text
    assert "About 5 faces" in Page(paris).words
    assert "Female fewer than 5 Male fewer than 5" in Page(paris).words


def test_filters_offer_what_there_is_and_are_chips_once_chosen(filled: FlaskClient) -> None:
    page = filled.get("/audience?dimension.store=Lyon&tag=autumn&split=campaign", headers=PAGE).text
    assert re.search(r'name="dimension.store">.*<option value="Lyon" selected>', page, re.DOTALL)
    assert '<option value="Paris">Paris</option>' in page
    assert "Job 1 · autumn" in page
    chips = re.findall(r'<a class="chip" href="([^"]+)"', page)
    assert chips == [
        "/audience?tag=autumn&amp;split=campaign",
        "/audience?dimension.store=Lyon&amp;split=campaign",
    ]
    # A row is a filter, too.
    rows = filled.get("/audience?split=store", headers=PAGE).text
    assert '<a href="/audience?dimension.store=Paris"><bdi>Paris</bdi></a>' in rows


def test_every_saved_question_has_an_answer(filled: FlaskClient) -> None:
    page = filled.get("/audience", headers=PAGE).text
    menu = page[page.index('class="menu questions"') :]
    links = re.findall(r'<li><a href="([^"]+)">([^<]+)', menu[: menu.index("</ul>")])
    assert [sentence for _, sentence in links] == [
        "Who is our audience?",
        "Who was in job 1?",
        "Who saw “autumn”?",
        "Which store attracts whom?",
        "How has it changed?",
        "Who came in the last ten weeks?",
        "Last week against the week before?",
        "The last 30 days against the 30 before?",
        "At what hours do they come?",
        "How was Lyon, day by day?",
        "Each store against each campaign?",
        "How does Paris differ from Lyon?",
        "Our own age bands, in Lyon?",
    ]
    for address, sentence in links:
        answer = filled.get(address.replace("&amp;", "&"), headers=PAGE)
        assert answer.status_code == 200, sentence


def test_two_dimensions_are_a_table_of_both(filled: FlaskClient) -> None:
    words = Page(filled.get("/audience?split=store&across=campaign", headers=PAGE).text).words
    assert "By store and campaign spring Lyon 12 faces 67% female Paris 6 faces" in words


def test_before_the_first_upload_there_is_nothing_to_filter(client: FlaskClient) -> None:
    page = Page(client.get("/audience", headers=PAGE).text)
    assert "No photos yet" in page.words
    assert "select" not in page.tags
    asked = Page(client.get("/audience?from=2001-01-01", headers=PAGE).text)
    assert "No faces found" in asked.words


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("last_week", "2026-03-02", "2026-03-08"),
        ("7d", "2026-03-09", "2026-03-15"),
        ("30d", "2026-02-14", "2026-03-15"),
        ("70d", "2026-01-05", "2026-03-15"),
        ("month", "2026-03-01", "2026-03-15"),
        ("last_month", "2026-02-01", "2026-02-28"),
        ("year", "2026-01-01", "2026-03-15"),
    ],
)
def test_days_by_name_are_counted_from_today(name: str, first: str, last: str) -> None:
    question = read_question({"period": name, "split": "store"}, date(2026, 3, 15))
    assert question == {"from": first, "to": last}
    assert name in PRESETS


def test_the_time_of_people_in_videos_is_told(client: FlaskClient) -> None:
    record_people(client.application.extensions[EXTENSION].database, CAST)
    words = Page(client.get("/audience?count=seconds", headers=PAGE).text).words
    assert "people : 75% female" in words
    assert "Visible for 40 seconds in all: 13.3 each on average" in words
    assert "For 62% of that time they face the camera." in words


def test_two_stores_are_compared(filled: FlaskClient) -> None:
    page = filled.get(
        "/audience?dimension.store=Lyon&versus=dimension.store%3DParis", headers=PAGE
    ).text
    words = Page(page).words
    assert "Lyon and Paris" in words
    assert "Faces 12 6" in words
    assert "Female 67% 67% 0" in words
    assert "no more than chance can explain" in words
    assert 'value="dimension.store=Paris" selected' in page


def test_a_stretch_of_time_is_compared_with_the_one_before() -> None:
    week = {"from": "2026-03-08", "to": "2026-03-14", "tag": "spring"}
    assert read_other(week, "previous") == {
        "from": "2026-03-01",
        "to": "2026-03-07",
        "tag": "spring",
    }


def test_the_earlier_stretch_of_time_comes_first(client: FlaskClient) -> None:
    database = client.application.extensions[EXTENSION].database
    days = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in (2, 3, 10)]
    items = [NewItem(f"{day:%d}.jpg", "file:///a.jpg", captured_at=day) for day in days]
    with database.write() as session:
        accept_job(session, NewJob(()), items, 10)
    work_all(database, FACES)
    week = "/audience?from=2026-03-08&to=2026-03-14&versus=previous"
    words = Page(client.get(week, headers=PAGE).text).words
    assert "Mar 1 \u2013 7, 2026 Mar 8 \u2013 14, 2026 Difference in points Faces 6 3" in words


def test_only_audiences_without_common_faces_are_offered(filled: FlaskClient) -> None:
    words = Page(filled.get("/audience", headers=PAGE).text).words
    assert "Compare with Choose a filter first" in words
    offered = filled.get("/audience?period=30d&dimension.store=Lyon", headers=PAGE).text
    assert re.findall(r'<option value="(previous|[^"]*=[^"]*)"', offered) == [
        "previous",
        "dimension.store=Paris",
    ]


@pytest.mark.parametrize("chosen", ["previous", "dimension.store=Paris", "tag=x", "nonsense"])
def test_a_comparison_ends_with_the_filter_that_it_began_with(
    filled: FlaskClient, chosen: str
) -> None:
    page = filled.get("/audience", query_string={"versus": chosen}, headers=PAGE)
    assert page.status_code == 200
    assert "versus-title" not in page.text


def test_a_value_that_nothing_has_cannot_be_compared(filled: FlaskClient) -> None:
    chosen = {"dimension.store": "Lyon", "versus": "dimension.store=Pari"}
    refused = filled.get("/audience", query_string=chosen, headers=PAGE)
    assert refused.status_code == 422
    assert "Pari" in refused.text
