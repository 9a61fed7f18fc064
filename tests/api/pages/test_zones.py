"""Zones drawn in a real browser: over a video, and over a live source whose people are counted."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from models.weights.folder import default_weights_dir
from tests.support.media.clips import write_clip
from tests.support.media.made_videos import run_ffmpeg
from tests.support.programs.browser import Visit, run_server
from tests.support.programs.cli import wait_for

# Clicked as corners: the left half of the picture, closed by a click on the first one.
LEFT_HALF = ((0.02, 0.02), (0.5, 0.02), (0.5, 0.98), (0.02, 0.98), (0.02, 0.02))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As browsers play it."""
    folder = tmp_path_factory.mktemp("clips")
    write_clip(folder / "a.mkv", default_weights_dir(os.environ))
    run_ffmpeg("-i", str(folder / "a.mkv"), "-c:v", "libopenh264", str(folder / "clip.mp4"))
    return folder / "clip.mp4"


@pytest.fixture(scope="module")
def server(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its live source shows the clip over and over."""
    long = tmp_path_factory.mktemp("live") / "long.mkv"
    run_ffmpeg("-stream_loop", "60", "-i", str(clip), "-c", "copy", str(long))
    with run_server(tmp_path_factory.mktemp("data"), live_sources=f"door={long}") as url:
        yield url


def draw(page: Page) -> None:
    page.get_by_role("button", name="Add a zone").click()
    layer = page.locator(".zone-layer")
    layer.scroll_into_view_if_needed()
    place = layer.bounding_box()
    assert place is not None
    for x, y in LEFT_HALF:
        page.mouse.click(place["x"] + x * place["width"], place["y"] + y * place["height"])
    page.get_by_label("Name", exact=True).fill("<b>left</b>")


def submit(url: str, clip: Path) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        files = {"files": (clip.name, clip.read_bytes())}
        client.post("/v1/jobs", files=files).raise_for_status()
        wait_for(lambda: client.get("/v1/jobs/1").json()["state"] == "completed", "the job's end")


def test_a_zone_is_drawn_over_a_video_and_by_keys(visit: Visit, clip: Path) -> None:
    page = visit.page
    submit(visit.url, clip)
    page.goto("/items/1")
    page.locator(".zones > summary").click()
    draw(page)
    page.get_by_role("button", name="Save zones").click()
    expect(page.locator(".zone-list li")).to_contain_text("came in")
    visit.photograph("zones")
    # The same without a pointer: three corners by a button, one moved by keys, one by its number.
    page.get_by_role("button", name="Add a zone").press("Enter")
    for _ in range(3):
        page.get_by_role("button", name="Add a corner").press("Enter")
    corner = page.get_by_role("button", name="Corner 3", exact=True)
    corner.press("ArrowDown")
    expect(page.get_by_label("Corner 3: percent from the top")).to_have_value("76")
    page.get_by_label("Corner 1: percent from the left").fill("300")
    page.get_by_label("Corner 1: percent from the left").fill("20")
    page.get_by_role("button", name="Save zones").press("Enter")
    expect(page.locator(".zone-list li")).to_have_count(2)
    expect(page.get_by_text("Somebody in two shots counts twice.")).to_be_visible()
    kept = httpx.get(f"{visit.url}/v1/jobs/1/zones").json()["zones"]
    assert [one["name"] for one in kept] == ["<b>left</b>", "Zone 2"]
    assert kept[1]["points"] == [[0.2, 0.25], [0.75, 0.25], [0.75, 0.76]]
    page.goto("/items/1")
    expect(page.locator(".zone-layer polygon.over")).to_have_count(2)
    # What is no polygon is refused in place, and can be undone.
    page.locator(".zones > summary").click()
    page.get_by_role("button", name="Zone 2").click()
    page.get_by_role("button", name="Remove corner 1").click()
    page.get_by_role("button", name="Save zones").click()
    expect(page.get_by_role("alert")).to_contain_text("has 2 points")
    page.get_by_role("button", name="Undo changes").click()
    expect(page.get_by_role("button", name="Save zones")).to_be_disabled()
    visit.drop_complaints()


def test_a_live_source_counts_in_the_zones_that_are_drawn_over_it(visit: Visit) -> None:
    page = visit.page
    page.goto("/live")
    page.get_by_role("button", name="door", exact=True).click()
    expect(page.locator("#feed-stage")).to_have_attribute("data-state", "on")
    draw(page)
    page.get_by_role("button", name="Save zones").click()
    expect(page.get_by_text("Zones saved.")).to_be_visible()
    page.get_by_role("button", name="Count the people of door").click()
    expect(page.locator("#zones .zone-list li")).to_contain_text("came in")
    expect(page.locator(".zone-tallies")).to_contain_text("<b>left</b>:")
    visit.photograph("live-zones")
