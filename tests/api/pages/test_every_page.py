"""Every page in a real browser, in both themes; the list is compared with the routes."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from api.access.rights import RIGHTS
from db.engine import Database
from db.slices.evaluations import record_evaluation
from tests.support.programs.browser import NARROW, WIDE, Visit
from tests.support.programs.cli import WEIGHTS_DIR
from tests.support.work.evaluations import make_evaluation

PHOTO = WEIGHTS_DIR / "samples" / "astronaut.png"
PAGES = {
    "home_page.show_page": ["/"],
    "jobs_page.show_page": ["/jobs", "/jobs?find=nothing"],
    "jobs_page.confirm_erase": ["/jobs/{job}/erase"],
    "jobs_page.show_form": ["/jobs/{job}/edit"],
    "job_page.show_page": [
        "/jobs/{job}",
        "/jobs/{failed}",
        "/jobs/{failed}?show=failed",
        "/jobs/999999",
    ],
    "item_page.show_page": ["/items/{item}", "/items/{other}"],
    "comparison_page.show_page": ["/jobs/{job}/compare/{again}"],
    "audience_page.show_page": [
        "/audience",
        "/audience?dimension.store=Lyon&versus=dimension.store%3DParis",
        "/audience?split=store&over=week",
        "/audience?split=store&across=campaign&over=hour_of_week",
        "/audience?from=2001-01-01",
    ],
    "evaluations_page.show_page": ["/evaluations"],
    "evaluations_page.show_report": ["/evaluations/spring"],
    "report.show_report": ["/v1/jobs/{job}/report", "/v1/jobs/{job}/report?pictures=true"],
    "playlists_page.show_page": ["/playlists"],
    "playlists_page.show_playlist": ["/playlists/{playlist}"],
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
def numbers(server: str, data: Path) -> dict[str, int]:
    """Of a job of two stores and campaigns, of one that failed, of a second run of the first, of
    their items and of a playlist; there is an evaluation, too."""
    with httpx.Client(base_url=server, timeout=120) as client:

        def send(address: str, **content: Any) -> int:
            return int(client.post(address, **content).raise_for_status().json()["id"])

        photo = PHOTO.read_bytes()
        places = '[{"name": "a.png", "captured_at": "2026-11-09", "dimensions": {"store": "Lyon"'
        places += ', "campaign": "spring"}}, {"name": "b.png", "dimensions": {"store": "Paris"}}]'
        files = [("files", ("a.png", photo)), ("files", ("b.png", photo))]
        job = send("/v1/jobs", data={"items": places}, files=files)
        failed = send("/v1/jobs", files=[("files", ("c.jpg", b"no"))])
        again = send(f"/v1/jobs/{job}/rerun", json={})
        for one in (job, failed, again):
            client.get(f"/v1/jobs/{one}/events")
        items = client.get(f"/v1/jobs/{job}/results").json()["results"]
        spots = "start,end,content\n2026-11-09T12:00:00,2026-11-09T13:00:00,Sale\n"
        query, headers = {"name": "july", "jobs": str(job)}, {"Content-Type": "text/csv"}
        playlist = send("/v1/playlists", params=query, content=spots, headers=headers)
    database = Database(f"sqlite:///{data}/facetally.sqlite3")
    with database.write() as session:
        record_evaluation(session, make_evaluation("spring"))
    database.close()
    one, other = (item["item"] for item in items)
    names = ("job", "failed", "again", "item", "other", "playlist")
    return dict(zip(names, (job, failed, again, one, other, playlist), strict=True))


@pytest.mark.parametrize("endpoint", PAGES)
def test_axe_finds_nothing_on(visit: Visit, numbers: dict[str, int], endpoint: str) -> None:
    visit.page.emulate_media(reduced_motion="reduce")
    for address in PAGES[endpoint]:
        visit.page.goto(address.format_map(numbers))
        visit.page.locator("h1").first.wait_for()
        for scheme, (width, height) in (("light", NARROW), ("dark", WIDE)):
            visit.page.emulate_media(color_scheme=scheme)
            visit.page.set_viewport_size({"width": width, "height": height})
            visit.check_access()
    visit.drop_complaints("404")
