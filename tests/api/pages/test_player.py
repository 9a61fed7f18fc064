"""A video in a real browser: the upload plays with boxes, and the annotated video plays as well."""

import json
import os
from pathlib import Path

import httpx
from playwright.sync_api import expect

from models.weights.folder import default_weights_dir
from tests.support.media.clips import PEOPLE, write_clip
from tests.support.media.made_videos import run_ffmpeg
from tests.support.programs.browser import Visit
from tests.support.programs.cli import wait_for

# Goes to a time of a video, and waits until the picture of that time is shown.
SEEK = """([video, seconds]) => new Promise((resolve) => {
  const tell = () => resolve([video.currentTime, video.videoWidth]);
  video.addEventListener("seeked", tell, { once: true });
  video.currentTime = seconds;
})"""


def test_a_video_plays_with_boxes_and_so_does_its_annotated_copy(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit.page
    item = submit(visit.url, tmp_path)
    page.goto(f"/items/{item}")
    video = page.locator("[data-player] video")
    boxes = page.locator(".player .box")
    expect(boxes).to_have_count(2)
    # In the second shot are two others.
    page.locator(".person").nth(3).click()
    expect(boxes.first).to_have_attribute("data-track", "4")
    expect(page.locator(".lane rect")).to_have_count(PEOPLE)
    visit.photograph("player")
    page.get_by_label("Boxes around faces").uncheck()
    expect(boxes.first).to_be_hidden()
    video.evaluate("(video) => video.play()")
    page.wait_for_function("(video) => video.currentTime > 4.3", arg=video.element_handle())
    page.set_content(f'<video src="{visit.url}/v1/items/{item}/video" preload="auto"></video>')
    copy = page.locator("video").element_handle()
    page.wait_for_function("(video) => video.readyState >= 2", arg=copy)
    for seconds in (5.0, 1.0):
        shown, width = page.evaluate(SEEK, [copy, seconds])
        assert (shown, width) == (seconds, 640)


def submit(url: str, folder: Path) -> int:
    """The number of the item of a clip that browsers play, once it is done."""
    written, path = folder / "a.mkv", folder / "clip.mp4"
    write_clip(written, default_weights_dir(os.environ))
    run_ffmpeg("-i", str(written), "-c:v", "libopenh264", "-g", "20", str(path))
    with httpx.Client(base_url=url, timeout=60) as client:
        options = json.dumps({"annotated_video": True})
        files = {"files": (path.name, path.read_bytes())}
        sent = client.post("/v1/jobs", files=files, data={"options": options})
        job = f"/v1/jobs/{sent.json()['id']}"
        wait_for(lambda: client.get(job).json()["state"] == "completed", "the job's end")
        return int(client.get(f"{job}/results").json()["results"][0]["item"])
