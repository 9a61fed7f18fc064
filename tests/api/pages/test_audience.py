"""The audience page in a real browser, with real photos."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.programs.browser import run_server
from tests.support.programs.cli import Terminal, copy_samples


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with two jobs: one for Lyon and one for Paris."""
    photos = tmp_path_factory.mktemp("photos")
    copy_samples(photos)
    with run_server(tmp_path_factory.mktemp("data"), min_cell="1") as url, Terminal() as terminal:
        for store, tag in (("Lyon", "spring"), ("Paris", "autumn")):
            words = ("--tag", tag, "--dimension", f"store={store}", "--watch")
            assert terminal.run("submit", photos, *words, url=url).returncode == 0
        yield url


def test_the_audience_is_filtered_and_the_address_keeps_the_filters(visit):
    page = visit.page
    page.goto("/audience")
    expect(page.locator(".answer b")).to_have_text("16 faces")
    page.select_option("[name='dimension.store']", "Lyon")
    page.wait_for_url(re.compile(r"audience\?dimension.store=Lyon$"))
    expect(page.locator(".answer b")).to_have_text("8 faces")
    page.get_by_text("More", exact=True).click()
    page.select_option("#bands", "life_stage")
    page.wait_for_url(re.compile("bands=life_stage"))
    expect(page.locator(".pyramid [role=rowheader]")).to_have_count(4)
    page.reload()
    expect(page.locator(".answer b")).to_have_text("8 faces")
    expect(page.locator(".chip").first).to_contain_text("Lyon")
    visit.photograph("audience")


def test_the_audience_is_broken_down_by_a_dimension(visit):
    page = visit.page
    page.goto("/audience?split=store&over=month")
    expect(page.locator(".breakdown tbody th")).to_have_text(["Lyon", "Paris"])
    visit.photograph("audience-split")


def test_an_audience_without_faces_says_so(visit):
    visit.page.goto("/audience?from=2001-01-01&to=2001-01-02")
    expect(visit.page.locator("main")).to_contain_text("No faces found")
    visit.photograph("audience-nobody")
