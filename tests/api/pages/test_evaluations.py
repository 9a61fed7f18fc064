"""The page of evaluations: the list, and the report of each."""

from flask.testing import FlaskClient

from api.services import EXTENSION
from db.slices.evaluations import record_evaluation
from tests.support.answers.pages import PAGE, Page
from tests.support.work.evaluations import make_evaluation


def test_each_evaluation_has_its_figures_and_its_report(client: FlaskClient) -> None:
    with client.application.extensions[EXTENSION].database.write() as session:
        record_evaluation(session, make_evaluation("spring & co"))
    page = client.get("/evaluations", headers=PAGE).text
    words = Page(page).words
    assert "2.0 years" in words
    assert "60" in words
    assert "/audience?calibration=spring+%26+co" in page
    assert 'href="/evaluations/spring%20%26%20co"' in page
    report = client.get("/evaluations/spring%20%26%20co", headers=PAGE)
    assert "How accurate are the ages and genders?" in report.text
    assert report.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "/evaluations" in client.get("/system", headers=PAGE).text


def test_without_any_the_page_says_how_to_make_one(client: FlaskClient) -> None:
    words = Page(client.get("/evaluations", headers=PAGE).text).words
    assert "Not measured here yet" in words
    assert "facetally evaluate" in words
    assert client.get("/evaluations/none", headers=PAGE).status_code == 404
