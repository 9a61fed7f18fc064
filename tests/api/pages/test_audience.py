"""The audience page in a real browser, with real photos."""

import json
import re

import httpx
import pytest
from playwright.sync_api import expect

from models.weights.catalog import SAMPLES
from tests.support.programs.cli import WEIGHTS_DIR


@pytest.fixture(scope="module", autouse=True)
def fair(server: str) -> None:
    """Two jobs of the same photos, under one tag: one for Lyon and one for Paris."""
    photos = [(WEIGHTS_DIR / sample.name).read_bytes() for sample in SAMPLES]
    files = [("files", (f"{number}.jpg", photo)) for number, photo in enumerate(photos)]
    with httpx.Client(base_url=server, timeout=120) as client:
        for store in ("Lyon", "Paris"):
            fields = {"tags": "fair", "dimensions": json.dumps({"store": store})}
            job = client.post("/v1/jobs", data=fields, files=files).raise_for_status().json()["id"]
            client.get(f"/v1/jobs/{job}/events")


def test_the_audience_is_filtered_and_the_address_keeps_the_filters(visit):
    page = visit.page
    page.goto("/audience?tag=fair")
    expect(page.locator(".answer b")).to_have_text("16 faces")
    page.select_option("[name='dimension.store']", "Lyon")
    page.wait_for_url(re.compile(r"audience\?.*dimension.store=Lyon"))
    expect(page.locator(".answer b")).to_have_text("8 faces")
    page.get_by_text("More", exact=True).click()
    page.select_option("#bands", "life_stage")
    page.wait_for_url(re.compile("bands=life_stage"))
    expect(page.locator(".pyramid [role=rowheader]")).to_have_count(4)
    page.reload()
    expect(page.locator(".answer b")).to_have_text("8 faces")
    expect(page.locator(".chip", has_text="Lyon")).to_be_visible()
    visit.photograph("audience")


def test_the_audience_is_broken_down_by_a_dimension(visit):
    page = visit.page
    page.goto("/audience?tag=fair&split=store&over=month")
    expect(page.locator(".breakdown tbody th")).to_have_text(["Lyon", "Paris"])
    visit.photograph("audience-split")


def test_an_audience_without_faces_says_so(visit):
    visit.page.goto("/audience?from=2001-01-01&to=2001-01-02")
    expect(visit.page.locator("main")).to_contain_text("No faces found")
    visit.photograph("audience-nobody")
