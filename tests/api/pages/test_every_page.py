"""Every page in a real browser, in both themes; the list is compared with the routes."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser

from api.access.rights import RIGHTS
from db.engine import Database
from db.slices.evaluations import record_evaluation
from tests.support.programs.browser import NARROW, WIDE, Visit, run_server
from tests.support.programs.cli import WEIGHTS_DIR
from tests.support.work.evaluations import make_evaluation

PHOTO = WEIGHTS_DIR / "samples" / "astronaut.png"
PAGES = {
    "home_page.show_page": ["/"],
    "jobs_page.show_page": ["/jobs", "/jobs?find=nothing"],
    "jobs_page.confirm_erase": ["/jobs/1/erase"],
    "jobs_page.show_form": ["/jobs/1/edit"],
    "job_page.show_page": ["/jobs/1", "/jobs/2", "/jobs/2?show=failed", "/jobs/999"],
    "item_page.show_page": ["/items/1", "/items/2"],
    "comparison_page.show_page": ["/jobs/1/compare/3"],
    "audience_page.show_page": [
        "/audience",
        "/audience?dimension.store=Lyon&versus=dimension.store%3DParis",
        "/audience?split=store&over=week",
        "/audience?split=store&across=campaign&over=hour_of_week",
        "/audience?from=2001-01-01",
    ],
    "evaluations_page.show_page": ["/evaluations"],
    "evaluations_page.show_report": ["/evaluations/spring"],
    "report.show_report": ["/v1/jobs/1/report", "/v1/jobs/1/report?pictures=true"],
    "playlists_page.show_page": ["/playlists"],
    "playlists_page.show_playlist": ["/playlists/1"],
    "live_page.show_page": ["/live"],
    "keys_page.show_page": ["/keys"],
    "system_page.show_page": ["/system"],
    "login_page.show_page": ["/login"],
    "docs.show_page": ["/docs"],
}
# Parts of a page, forms that are sent, and files.
NO_PAGES = {
    "home_page.analyze_picture",
    "home_page.show_sample",
    "jobs_page.show_card",
    "jobs_page.show_row",
    "jobs_page.erase_now",
    "jobs_page.edit",
    "jobs_page.run_again",
    "jobs_page.act",
    "job_page.show_items",
    "job_page.show_tiles",
    "job_page.show_answer",
    "job_page.show_failures",
    "item_page.show_people",
    "keys_page.create",
    "keys_page.revoke",
    "keys_page.end",
    "playlists_page.remove",
    "login_page.log_in",
    "login_page.log_out",
    "sign_on_page.leave",
    "sign_on_page.come_back",
}
OF_OTHER_ROUTES = {"report.show_report", "docs.show_page"}


def test_every_page_is_in_the_list() -> None:
    assert {name for name in RIGHTS if "_page." in name} == (
        PAGES.keys() - OF_OTHER_ROUTES
    ) | NO_PAGES


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """With a job of two stores and campaigns, one that failed, a second run of the first, and an
    evaluation and a playlist."""
    data = tmp_path_factory.mktemp("data")
    with run_server(data) as url:
        photo = PHOTO.read_bytes()
        places = '[{"name": "a.png", "captured_at": "2026-11-09", "dimensions": {"store": "Lyon"'
        places += ', "campaign": "spring"}}, {"name": "b.png", "dimensions": {"store": "Paris"}}]'
        files = [("files", ("a.png", photo)), ("files", ("b.png", photo))]
        for fields, sent in (({"items": places}, files), ({}, [("files", ("c.jpg", b"no"))])):
            httpx.post(f"{url}/v1/jobs", data=fields, files=sent).raise_for_status()
        httpx.post(f"{url}/v1/jobs/1/rerun", json={}).raise_for_status()
        for job in (1, 2, 3):
            with httpx.stream("GET", f"{url}/v1/jobs/{job}/events", timeout=120) as events:
                events.read()
        spots = "start,end,content\n2026-11-09T12:00:00,2026-11-09T13:00:00,Sale\n"
        headers, query = {"Content-Type": "text/csv"}, {"name": "july", "jobs": "1"}
        httpx.post(
            f"{url}/v1/playlists", params=query, content=spots, headers=headers
        ).raise_for_status()
        database = Database(f"sqlite:///{data}/facetally.sqlite3")
        with database.write() as session:
            record_evaluation(session, make_evaluation("spring"))
        database.close()
        yield url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("endpoint", PAGES)
def test_axe_finds_nothing_on(browser: Browser, server: str, endpoint: str, scheme: str) -> None:
    visit = Visit(browser, server)
    size = {"light": NARROW, "dark": WIDE}[scheme]
    visit.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    visit.page.set_viewport_size({"width": size[0], "height": size[1]})
    for address in PAGES[endpoint]:
        visit.page.goto(address)
        visit.page.locator("h1").first.wait_for()
        visit.check_access()
    visit.drop_complaints("404")
    visit.finish()
