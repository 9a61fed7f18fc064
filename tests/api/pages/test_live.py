"""The live page in a real browser, whose camera is a file with real faces."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

import pytest
from playwright.sync_api import expect

from tests.support.programs.browser import OPTIONS, find_browser
from tests.support.programs.cli import Terminal, read_until
from tests.support.programs.live import (
    PAIR,
    make_camera_file,
    make_clip,
    make_long_clip,
    read_sample,
)
from tests.support.programs.live_pages import COUNT_PIXELS, KEY, NOTE_CHANGES, LiveVisit, log_in

WIDTH, HEIGHT = 640, 480
WAIT_MILLISECONDS = 60_000
BUSY = '{"error": {"code": "no_interactive_worker", "message": "Too many wait.", "details": []}}'
FACE = {
    "box": {"x": 1, "y": 2, "width": 8, "height": 9},
    "gender": {"value": "female"},
    "age": {"years": 28.4},
    "quality": {"judged": True},
}


@pytest.fixture(scope="module")
def terminal() -> Iterator[Terminal]:
    with Terminal() as terminal:
        yield terminal


@pytest.fixture(scope="module")
def url(terminal, tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("clips")
    pair = read_sample(PAIR, WIDTH, HEIGHT)
    long, short = make_long_clip(folder / "a.avi", pair), make_clip(folder / "b.avi", pair, 10)
    process = terminal.start(
        *("serve", "--port", "0", "--data-dir", tmp_path_factory.mktemp("data")),
        api_keys=KEY,
        live_sources=f"stage={long},short={short},gone={folder / 'none.avi'}",
    )
    yield read_until(process, "Facetally is ready").split()[4]
    process.terminate()
    process.communicate()
    assert terminal.is_clean()


@pytest.fixture(scope="module")
def camera_switch(tmp_path_factory) -> str:
    pair = read_sample(PAIR, WIDTH, HEIGHT)
    path = make_camera_file(tmp_path_factory.mktemp("camera") / "pair.y4m", pair)
    return f"--use-file-for-fake-video-capture={path}"


@pytest.fixture(scope="module")
def launch(browser):
    """Starts another browser: its cameras are chosen at launch."""
    expect.set_options(timeout=WAIT_MILLISECONDS)

    @contextmanager
    def launch_one(*switches: str):
        args = ["--no-sandbox", *switches]
        launched = browser.browser_type.launch(executable_path=find_browser(), args=args)
        try:
            yield launched
        finally:
            launched.close()

    return launch_one


@pytest.fixture(scope="module")
def camera_browser(launch, camera_switch):
    with launch(*OPTIONS, camera_switch) as launched:
        yield launched


@pytest.fixture
def live(camera_browser, url) -> Iterator[LiveVisit]:
    opened = LiveVisit(camera_browser, url)
    log_in(opened)
    yield opened
    opened.finish()


def test_faces_of_the_camera_are_boxed_and_named(live):
    live.start()
    boxes = live.page.locator("#boxes")
    expect(boxes).to_have_attribute("data-faces", "2")
    expect(boxes).to_have_attribute("aria-label", re.compile(r"2 faces: .*Female, about \d+"))
    expect(live.page.get_by_role("status")).to_contain_text(re.compile(r"Male, about \d+"))
    expect(live.page.locator("#latency")).to_have_text(re.compile(r"\d+ ms"))
    expect(live.page.locator("#rate")).to_have_text(re.compile(r"\d+\.\d"))
    drawn = boxes.evaluate(COUNT_PIXELS)
    assert drawn["female"] > 200
    assert drawn["male"] > 200
    live.page.get_by_role("button", name="stage", exact=True).click()
    expect(live.page.locator("#feed-stage")).to_have_attribute("data-state", "on")
    live.photograph("live")
    live.page.locator("[data-fills=stage]").click()
    assert live.page.evaluate("document.fullscreenElement.id") == "stage"
    live.page.evaluate("document.exitFullscreen()")


def test_the_summary_agrees_with_the_figures_and_is_announced_less_often(live):
    page = live.page
    # Each response differs from the one before it.
    bodies = cycle(
        json.dumps({"width": 64, "height": 48, "faces": faces}) for faces in ([FACE], [])
    )
    page.route("**/v1/analyze", lambda route: route.fulfill(body=next(bodies)))
    expect(page.get_by_role("button", name="Start camera")).to_be_enabled()
    page.evaluate(NOTE_CHANGES)
    live.start()
    page.wait_for_function("() => spoken.length > 1")
    seen, spoken = page.evaluate("() => [seen, spoken]")
    live.page.get_by_role("button", name="Stop camera").click()
    page.unroute_all(behavior="ignoreErrors")
    assert {tuple(words) for words in seen} == {
        ("0", "No faces detected."),
        ("1", "1 face: Female, about 28"),
    }
    assert spoken[1] - spoken[0] > 2_900


def test_the_camera_stops_on_request(live):
    live.start()
    live.expect_faces()
    tracks = live.page.evaluate_handle("document.getElementById('video').srcObject.getTracks()")
    live.page.get_by_role("button", name="Stop camera").click()
    assert tracks.evaluate("(tracks) => tracks.map((track) => track.readyState)") == ["ended"]
    expect(live.page.locator("#faces")).to_have_text("-")
    assert live.page.locator("#boxes").get_attribute("data-faces") is None
    live.start()
    live.expect_faces()


def test_one_frame_is_sent_at_a_time(live):
    held = []
    live.page.route("**/v1/analyze", lambda route: held.append(route))
    with live.page.expect_request("**/v1/analyze"):
        live.start()
    for _ in range(20):
        live.page.evaluate("() => new Promise(requestAnimationFrame)")
    assert len(held) == 1
    with live.page.expect_request("**/v1/analyze"):
        held[0].continue_()
    live.expect_faces()
    live.page.get_by_role("button", name="Stop camera").click()
    live.page.unroute_all(behavior="ignoreErrors")


def test_a_busy_or_unreachable_server_is_reported_and_retried(live):
    answers = iter(["busy", "away"])

    def answer(route):
        if (kind := next(answers, None)) is None:
            route.continue_()
        elif kind == "busy":
            route.fulfill(
                status=503,
                headers={"Retry-After": "1", "Content-Type": "application/json"},
                body=BUSY,
            )
        else:
            route.abort()

    live.page.route("**/v1/analyze", answer)
    live.start()
    alert = live.page.locator("#problem")
    expect(alert).to_contain_text("The server is busy")
    expect(alert).to_contain_text("The server can't be reached")
    live.expect_faces()
    expect(alert).to_be_empty()
    live.drop_complaints()


def test_a_device_that_goes_offline_is_told_and_resumes_afterwards(live):
    live.start()
    live.expect_faces()
    live.context.set_offline(True)
    alert = live.page.locator("#problem")
    expect(alert).to_contain_text("This device is offline")
    live.context.set_offline(False)
    expect(alert).to_be_empty()
    live.drop_complaints()


def test_one_of_several_cameras_is_chosen(launch, url):
    # Cameras that Chromium draws itself: a clock, and nobody.
    device = "--use-fake-device-for-media-stream=device-count=2"
    with launch("--use-fake-ui-for-media-stream", device) as browser:
        live = LiveVisit(browser, url)
        log_in(live)
        live.start()
        boxes, cameras = live.page.locator("#boxes"), live.page.locator("#cameras")
        expect(boxes).to_have_attribute("aria-label", "No faces detected.")
        before = live.read_device()
        assert cameras.input_value() == before
        [other] = [
            value
            for value in cameras.evaluate("(one) => [...one.options].map(({value}) => value)")
            if value != before
        ]
        cameras.select_option(other)
        expect(boxes).to_have_attribute("aria-label", "No faces detected.")
        assert live.read_device() == other
        live.finish()


def test_a_page_without_a_session_stops_the_camera(live):
    live.page.route("**/v1/analyze", lambda route: route.fulfill(status=401, body="no"))
    live.start()
    expect(live.page.locator("#problem")).to_contain_text("You're not logged in")
    expect(live.page.get_by_role("button", name="Start camera")).to_be_visible()
    live.drop_complaints()


def test_blocked_camera_access_is_explained(launch, url):
    device = "--use-fake-device-for-media-stream"
    with launch(device, "--deny-permission-prompts") as browser:
        live = LiveVisit(browser, url)
        live.context.clear_permissions()
        log_in(live)
        live.start()
        expect(live.page.locator("#problem")).to_contain_text("Camera access is blocked")
        live.finish()


def test_a_device_without_a_camera_says_so(launch, url):
    with launch("--use-fake-ui-for-media-stream") as browser:
        live = LiveVisit(browser, url)
        log_in(live)
        live.start()
        expect(live.page.locator("#problem")).to_contain_text("No camera was found")
        live.finish()


def test_a_server_camera_is_watched_next_to_the_own_one(live):
    stage = live.page.get_by_role("button", name="stage", exact=True)
    stage.click()
    expect(live.page.locator("#feed-stage")).to_have_attribute("data-state", "on")
    feed = live.page.locator("#feed")
    assert feed.evaluate("(canvas) => canvas.width") == WIDTH
    live.start()
    live.expect_faces()
    stage.click()
    expect(live.page.locator("#feed-cover")).to_have_text("Choose a camera.")


@pytest.mark.parametrize(
    ("script", "button", "stage"),
    [("live.js", "Start camera", "#stage"), ("live-feeds.js", "stage", "#feed-stage")],
)
def test_a_click_is_not_lost_to_a_slow_script(live, script, button, stage):
    found = live.page.get_by_role("button", name=button, exact=True)
    with live.hold(f"**/{script}*"):
        live.page.goto("/live", wait_until="commit")
        expect(found).to_be_disabled()
    found.click()
    expect(live.page.locator(stage)).to_have_attribute("data-state", "on")


def test_a_feed_that_cannot_be_opened_says_why(live):
    live.page.get_by_role("button", name="gone", exact=True).click()
    expect(live.page.locator("#feed-problem")).to_contain_text("cannot be opened")
    expect(live.page.locator("#feed-cover")).to_have_text("Choose a camera.")
    live.drop_complaints()


def test_a_feed_that_has_ended_says_so(live):
    live.page.get_by_role("button", name="short", exact=True).click()
    expect(live.page.locator("#feed-problem")).to_have_text("short has ended.")
    expect(live.page.locator("#feed-cover")).to_have_text("Choose a camera.")


def test_a_feed_whose_camera_dies_says_so(live, terminal):
    live.page.get_by_role("button", name="stage", exact=True).click()
    expect(live.page.locator("#feed-stage")).to_have_attribute("data-state", "on")
    # Without our environment, it is known by its parent alone.
    children = [child for process in terminal.find_processes() for child in process.children()]
    [camera] = {child for child in children if "mpjpeg" in child.cmdline()}
    camera.kill()
    expect(live.page.locator("#feed-problem")).to_contain_text("ended unexpectedly")
