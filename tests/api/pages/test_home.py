"""Home in a real browser on the real stack: upload options, and trying one photo."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.programs.cli import copy_samples


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    copy_samples(folder)
    return folder


def test_home_fits_every_screen(visit):
    visit.page.goto("/")
    visit.photograph("home")


def test_files_cannot_be_chosen_before_the_script_is_loaded(visit):
    choosers = [visit.page.locator(name) for name in ("#files", "#folder", "#picture")]
    with visit.hold("**/home.js*"):
        visit.page.goto("/", wait_until="commit")
        for chooser in choosers:
            expect(chooser).to_be_disabled()
    for chooser in choosers:
        expect(chooser).to_be_enabled()


def test_options_for_videos_are_sent_with_the_files(visit, photos, tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"no video")
    page = visit.page
    page.goto("/")
    page.set_input_files("#files", photos / "astronaut.png")
    page.get_by_text("Options").click()
    expect(page.locator("#frames-per-second")).to_be_hidden()
    page.click("#review-cancel")
    page.set_input_files("#files", [photos / "astronaut.png", clip])
    copy = page.get_by_label("Create an annotated video")
    page.select_option("#thumbnails", "blurred")
    expect(copy).to_be_disabled()
    page.select_option("#thumbnails", "none")
    copy.check()
    page.select_option("#detection", "crowd")
    page.select_option("#stop-share", "male")
    page.get_by_label("points").fill("3")
    page.fill("#frames-per-second", "0")
    page.click("#review-start")
    expect(page.locator("#upload")).to_be_hidden()
    page.fill("#frames-per-second", "4.5")
    visit.photograph("options")
    page.click("#review-start")
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    number = page.url.rpartition("/")[2]
    options = page.request.get(f"/v1/jobs/{number}").json()["options"]
    assert (options["frames_per_second"], options["annotated_video"]) == (4.5, True)
    assert (options["thumbnails"], options["detection"]) == ("none", "crowd")
    assert options["stop_when"] == "male:0.03"


def test_one_photo_is_analyzed_immediately(visit, photos):
    page = visit.page
    page.goto("/")
    page.set_input_files("#picture", photos / "gender_detection_input.jpg")
    page.wait_for_selector("#analysis .face")
    assert page.locator("#analysis rect.box").count() == 2
    expect(page.locator("#analysis-picture")).to_have_js_property("naturalWidth", 800)
    page.locator("#analysis rect.box").first.hover()
    assert page.locator("#analysis .face.highlighted").count() == 1
    visit.photograph("analysis")


def test_a_list_and_folders_say_of_what_the_photos_are(visit, photos, tmp_path):
    for name, folder in (("astronaut.png", "Lyon"), ("gender_detection_input.jpg", "Paris")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "photo").write_bytes((photos / name).read_bytes())
    rows = "file;Date;time;booth\nLyon/photo;1.3.2026;10:00;7\ngone.jpg;;;\n"
    (tmp_path / "list.csv").write_text(rows)
    page = visit.page
    page.goto("/")
    page.set_input_files("#folder", tmp_path)
    expect(page.locator("#review-list")).to_contain_text("1 of 2 files. Columns: booth.")
    expect(page.locator("#review-list")).to_contain_text("Dates: Mar 1, 2026 (column Date).")
    expect(page.locator("#review-missing")).to_contain_text("1 row")
    page.fill("#folders-as", "city")
    page.fill("#dimension", "campaign")
    page.get_by_label("Lyon", exact=True).fill("spring")
    page.click("#review-start")
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    found = page.request.get(f"/v1{page.url.removeprefix(visit.url)}/results").json()["results"]
    assert [one["dimensions"] for one in found] == [
        {"campaign": "spring", "booth": "7", "city": "Lyon"},
        {"campaign": "spring", "city": "Paris"},
    ]
    assert found[0]["captured_at"] == "2026-03-01T10:00:00Z"


TIMES = {
    ("2026-11-09",): {"times": ["2026-11-09T12:00:00"]},
    ("2026-11-09T16:57:08+02:00",): {"times": ["2026-11-09T16:57:08+02:00"]},
    ("2026:11:09 16:57:08",): {"times": ["2026-11-09T16:57:08"]},
    ("9.11.2026 7:05",): {"times": ["2026-11-09T07:05:00"]},
    ("11/9/2026 12:30 AM", "11/21/2026 4:57 pm"): {
        "times": ["2026-11-09T00:30:00", "2026-11-21T16:57:00"]
    },
    ("9/11/2026", "21/11/2026"): {"times": ["2026-11-09T12:00:00", "2026-11-21T12:00:00"]},
    ("3/3/2026",): {"times": ["2026-03-03T12:00:00"]},
    ("1/1/2026", "9/11/2026"): {"ambiguous": "9/11/2026"},
    ("9/21/2026", "21/9/2026"): {"ambiguous": "9/21/2026"},
    ("2026-11-09", "week 3"): {"unreadable": "week 3"},
    ("2026-02-30",): {"unreadable": "2026-02-30"},
    ("2026-02-03 25:00",): {"unreadable": "2026-02-03 25:00"},
}


def test_dates_are_read_as_spreadsheets_write_them(visit):
    visit.page.goto("/")
    read = """async (all) => {
      const home = document.querySelector("script[src*='home.js']").src;
      const { readTimes } = await import(home.replace("home.js", "dates.js"));
      return all.map(readTimes);
    }"""
    assert visit.page.evaluate(read, [list(texts) for texts in TIMES]) == list(TIMES.values())
