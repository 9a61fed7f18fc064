"""Evaluations over HTTP, and the page of one."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.operator_schemas.evaluations import EvaluationOut
from api.reports.evaluation_report import render_evaluation
from db.engine import Database
from db.slices.bands import PRESETS
from db.slices.evaluations import record_evaluation
from models.accuracy.accuracy import Accuracy
from models.accuracy.labeled_pictures import LabeledPicture
from models.accuracy.measurement import measure_accuracy
from tests.support.answers.pages import Page
from tests.support.work.evaluations import make_evaluation, make_labeled
from worker.settings import Settings

ROOT = Path(__file__).parents[3]


def record(settings: Settings, name: str) -> None:
    database = Database(settings.database_url)
    with database.write() as session:
        record_evaluation(session, make_evaluation(name))
    database.close()


def test_evaluations_are_listed_and_one_comes_with_its_counts(
    client: FlaskClient, settings: Settings
) -> None:
    record(settings, "spring")
    [listed] = client.get("/v1/evaluations").json["evaluations"]
    one = client.get("/v1/evaluations/spring").json

    assert listed["name"] == one["name"] == "spring"
    assert "labeled" not in listed
    assert {**listed, "labeled": one["labeled"]} == one
    assert sum(faces["faces"] for faces in one["labeled"]) == 62
    assert one["accuracy"]["gender"]["accuracy"].keys() == {"value", "low", "high", "faces"}


def test_an_unknown_evaluation_is_a_404(client: FlaskClient) -> None:
    answer = client.get("/v1/evaluations/nobody")

    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert client.get("/v1/evaluations").json == {"evaluations": []}


def render(accuracy: Accuracy) -> str:
    evaluation = replace(make_evaluation("<spring>"), accuracy=accuracy)
    return render_evaluation(EvaluationOut.of(evaluation))


def check_page(page: str) -> list[str]:
    parsed = Page(page)
    assert "script" not in parsed.tags
    assert all(address.startswith("#") for address in parsed.loaded)
    assert not re.search(r"url\((?!#)|@import", page)
    return parsed.tags


@pytest.fixture(scope="module")
def page() -> str:
    return render(make_evaluation().accuracy)


def test_the_page_of_an_evaluation_loads_nothing(page: str) -> None:
    assert check_page(page).count("svg") == 7
    assert "&lt;spring&gt;" in page
    assert "Ages are overestimated by 2.0 years" in page
    assert "Faces labeled male are classified correctly less often" in page
    assert "How to cite" in page


@pytest.mark.parametrize(
    ("pictures", "plots"),
    [
        ([make_labeled(30.0, None, 31.0, 0.9)], 3),
        ([make_labeled(None, "male", 31.0, 0.1)], 2),
        ([make_labeled(30.0, "male", 31.0, 0.55)], 5),
        ([LabeledPicture("nobody", 30.0, "male"), make_labeled(30.0, "female", 31.0, 0.9)], 6),
    ],
    ids=["ages only", "genders only", "all in doubt", "of one face"],
)
def test_the_page_of_a_small_evaluation_is_complete(
    pictures: list[LabeledPicture], plots: int
) -> None:
    page = render(
        measure_accuracy(
            pictures,
            {"marketing": PRESETS["marketing"], "adience": PRESETS["adience"]},
            "marketing",
        )
    )

    assert check_page(page).count("svg") == plots
    assert not re.search(r"\bnan\b", page)


def test_letters_in_plots_have_at_least_fourteen_pixels(page: str) -> None:
    sizes = re.findall(r"font-size: ?([\d.]+)(rem|px)", page)

    assert sizes
    assert all(float(size) * (16 if unit == "rem" else 1) >= 14 for size, unit in sizes)


def test_plots_take_the_colors_of_the_page(page: str) -> None:
    plots = re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL)
    style = (ROOT / "api/static/tokens.css").read_text()

    assert all("var(--ink)" in plot for plot in plots)
    assert not [color for plot in plots for color in re.findall(r"#[0-9a-f]{6}\b", plot)]
    for name in set(re.findall(r"var\(--(\w+)\)", "".join(plots))):
        assert f"--{name}:" in style
