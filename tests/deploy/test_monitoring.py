"""Alerts and dashboard name only metrics that a scrape has, and every alert is explained."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from prometheus_client.samples import Sample

from db.engine import Database
from db.processes import record_heartbeat
from db.states import ProcessRole
from tests.support.answers.http import upload
from tests.support.answers.metrics import scrape
from tests.support.models.packs import make_version
from worker.settings import Settings

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
ALERTS: list[dict[str, Any]] = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"][0][
    "rules"
]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "dashboard.json").read_text())
QUERIES = {
    f"{panel['title']}, {target['refId']}": target["expr"]
    for panel in DASHBOARD["panels"]
    for target in panel["targets"]
}
EXPRESSIONS = {**{rule["alert"]: rule["expr"] for rule in ALERTS}, **QUERIES}
# A metric, and what is in the braces behind it.
SELECTOR = re.compile(r"\b(facetally_\w+)(?:\{([^}]*)\})?")
PROMTOOL = shutil.which("promtool")
LABELS = re.compile(r"\b(?:by|without) \(([^)]*)\)")


@pytest.fixture
def samples(client: FlaskClient, settings: Settings) -> list[Sample]:
    """A scrape of an installation with a worker and a job."""
    database = Database(settings.database_url)
    with database.write() as session:
        record_heartbeat(session, "worker@a:1", ProcessRole.BULK, 2, [make_version("default")])
    database.close()
    upload(client, {"a.png": b"no picture"})
    client.get("/v1/jobs/1")
    return scrape(client)


def test_every_expression_selects_something_of_a_scrape(samples: list[Sample]) -> None:
    for name, expression in EXPRESSIONS.items():
        selectors = SELECTOR.findall(expression)
        assert selectors or 'up{job="facetally"}' in expression, name
        for metric, conditions in selectors:
            equal = dict(re.findall(r'(\w+)="([^"]*)"', conditions))
            found = [
                one for one in samples if one.name == metric and equal.items() <= one.labels.items()
            ]
            if metric != "facetally_jobs_paused_total":
                assert found, (name, metric, conditions)


def test_every_label_that_an_expression_groups_by_exists(samples: list[Sample]) -> None:
    labels = {label for sample in samples for label in sample.labels} | {"reason"}
    for name, expression in EXPRESSIONS.items():
        grouped = {one for group in LABELS.findall(expression) for one in group.split(", ")}
        assert grouped <= labels, name


def test_rates_are_taken_of_what_never_falls() -> None:
    for name, expression in EXPRESSIONS.items():
        for metric in re.findall(r"(?:rate|increase)\((\w+)", expression):
            assert metric.endswith(("_total", "_bucket", "_sum", "_count")), name


def test_parentheses_and_braces_are_balanced() -> None:
    for name, expression in EXPRESSIONS.items():
        for opening, closing in ("()", "{}", "[]"):
            assert expression.count(opening) == expression.count(closing), name


def test_every_alert_says_what_happened_and_the_guide_says_what_to_do() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text()
    explained = re.findall(r"^### (\w+)$", guide, re.MULTILINE)
    assert [rule["alert"] for rule in ALERTS] == explained
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")


def test_prometheus_loads_these_rules() -> None:
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    assert config["rule_files"] == ["alerts.yml"]
    assert [one["job_name"] for one in config["scrape_configs"]] == ["facetally"]


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed here")
def test_every_alert_fires_when_it_should_and_never_while_all_is_well() -> None:
    tests = Path(__file__).with_name("alert_tests.yml")
    assert all(rule["alert"] in tests.read_text() for rule in ALERTS)
    told = subprocess.run([str(PROMTOOL), "test", "rules", tests], capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


def test_no_two_panels_of_the_dashboard_overlap() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [
        (x, y)
        for one in places
        for x in range(one["x"], one["x"] + one["w"])
        for y in range(one["y"], one["y"] + one["h"])
    ]
    assert len(cells) == len(set(cells))
    assert all(x < 24 for x, _ in cells)
