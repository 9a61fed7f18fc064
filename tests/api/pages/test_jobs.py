"""Jobs in a real browser on the real stack: upload, follow, browse, cancel, retry, erase."""

import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.support.media.sample_pictures import encode_scene
from tests.support.programs.browser import Visit
from tests.support.programs.cli import copy_samples, wait_for


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    copy_samples(folder)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def job(browser, server, photos):
    """The address of a job that was uploaded as a folder and has ended."""
    opened = Visit(browser, server)
    page = opened.page
    page.goto("/")
    page.set_input_files("#folder", photos)
    expect(page.locator("#review-skipped")).to_contain_text("1 file is left out")
    page.fill("#tags", "spring, door 1")
    page.click("#review-start")
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    expect(page.locator(".badge")).to_have_text("Done, 1 failed")
    address = page.url
    opened.finish()
    return address


def test_a_folder_is_uploaded_and_its_faces_are_shown(visit, job):
    page = visit.page
    page.goto(job)
    expect(page.locator(".tile")).to_have_count(5)
    expect(page.locator(".tag")).to_have_text(["spring", "door 1"])
    expect(page.locator("[data-field=faces]")).to_have_text("8 faces")
    expect(page.locator(".answer")).to_contain_text("8 faces")
    visit.photograph("job")
    page.get_by_role("link", name="Failed files").click()
    expect(page.locator("#failures")).to_contain_text("can't be read")
    expect(page.get_by_role("button", name="Retry failed")).to_have_count(0)


def test_the_report_reads_well_on_every_screen(visit, job):
    page = visit.page
    page.goto(f"/v1{job.removeprefix(visit.url)}/report?pictures=true")
    expect(page.locator("h1")).to_contain_text("photos")
    expect(page.get_by_role("img").first).to_be_visible()
    visit.photograph("report")


def test_items_are_filtered_and_the_address_keeps_the_filters(visit, job):
    page = visit.page
    page.goto(job)
    page.select_option("#gender", "female")
    page.wait_for_url(re.compile("gender=female"))
    expect(page.locator(".tile[data-state=failed]")).to_have_count(0)
    found = page.locator(".tile").count()
    assert 0 < found < 5
    page.reload()
    expect(page.locator(".tile")).to_have_count(found)
    page.get_by_label("Age from").fill("120")
    expect(page.locator("#items")).to_contain_text("No photos or videos match")


def test_an_item_opens_large_and_its_boxes_highlight_faces(visit, job):
    page = visit.page
    page.goto(job)
    page.locator(".tile[data-state=done] a", has_text="gender_detection").click()
    expect(page.locator("dialog .face")).to_have_count(2)
    expect(page.locator("dialog .picture img")).to_have_js_property("naturalWidth", 800)
    page.locator("dialog .box").first.hover()
    expect(page.locator("dialog .face.highlighted")).to_have_count(1)
    visit.photograph("item")
    shown = page.locator("dialog h1").text_content()
    page.keyboard.press("ArrowRight")
    expect(page.locator("dialog h1")).not_to_have_text(shown)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()


def test_results_of_a_job_are_downloaded(visit, job):
    page = visit.page
    page.goto(job)
    with page.expect_download() as download:
        page.get_by_text("Download", exact=True).click()
        page.get_by_role("link", name="CSV").click()
    assert download.value.path().read_text().startswith("item,")


def test_jobs_are_listed_and_filtered_by_state(visit, job):
    page = visit.page
    page.goto("/jobs")
    assert page.locator(".job").count() >= 1
    visit.photograph("jobs")
    page.select_option("#state", "draft")
    page.wait_for_url(re.compile("state=draft"))
    expect(page.locator("#jobs")).to_contain_text("No jobs match")


def test_a_running_job_shows_progress_and_is_cancelled(visit, tmp_path):
    picture = encode_scene("JPEG", 1280, 960)
    for number in range(150):
        # Different bytes: duplicates would not be analyzed.
        (tmp_path / f"{number}.jpg").write_bytes(picture + bytes([number]))
    page = visit.page
    page.goto("/")
    page.set_input_files("#files", sorted(tmp_path.iterdir()))
    page.click("#review-start")
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    expect(page.locator("[data-field=bar]")).not_to_have_js_property("value", 0)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".badge")).to_have_text("Cancelled")
    visit.photograph("cancelled")
    expect(page.locator(".counted")).to_contain_text("cancelled")


def open_erase(page):
    page.locator("[aria-label^='More actions']").click()
    page.get_by_role("link", name="Erase").click()


def test_a_job_is_erased_after_confirmation(visit, photos):
    page = visit.page
    page.goto("/")
    page.set_input_files("#files", photos / "astronaut.png")
    page.click("#review-start")
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    expect(page.locator(".badge")).to_have_text("Completed")
    expect(page.locator(".tile[data-state=done]")).to_have_count(1)
    open_erase(page)
    visit.photograph("erase")
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator(".badge")).to_have_text("Completed")
    open_erase(page)
    page.get_by_role("button", name="Erase job").click()
    expect(page.locator(".badge")).to_have_text("Erased")
    expect(page.locator("dialog")).to_be_hidden()


def test_an_upload_resumes_after_a_lost_connection(visit, tmp_path):
    picture = encode_scene("JPEG", 64, 64)
    for number in range(120):
        (tmp_path / f"{number}.jpg").write_bytes(picture)
    page, lost = visit.page, []

    def lose_first(route):
        if len(lost) < 2:
            lost.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/items", lose_first)
    page.goto("/")
    page.set_input_files("#files", sorted(tmp_path.iterdir()))
    page.click("#review-start")
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    assert len(lost) == 2
    expect(page.locator(".badge")).to_have_text("Completed")
    expect(page.locator(".counted")).to_contain_text("120 files")
    wait_for(lambda: visit.drop_complaints("ERR_CONNECTION_RESET"), "the browser's own complaints")


def test_a_large_file_resumes_where_its_connection_was_lost(visit, tmp_path):
    piece = 1 << 16
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("a.jpg", encode_scene("JPEG"))
        archive.writestr("notes.txt", bytes(2 * piece))
    page, offsets, is_lost = visit.page, [], True

    def lose(route):
        offset = int(route.request.url.partition("offset=")[2])
        offsets.append(offset)
        if offset == piece and is_lost:
            route.abort("connectionreset")
        else:
            route.continue_()

    send_in_pieces(page, piece)
    page.route("**/pieces/*?offset=*", lose)
    page.goto("/")
    page.set_input_files("#files", tmp_path / "all.zip")
    page.click("#review-start")
    expect(page.locator("#upload-state")).to_contain_text("Connection lost")
    is_lost = False
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    assert offsets == sorted(offsets)
    assert (offsets.count(0), offsets[-1]) == (1, 2 * piece)
    expect(page.locator(".badge")).to_have_text("Completed")
    wait_for(lambda: visit.drop_complaints("ERR_CONNECTION_RESET"), "the browser's own complaints")


def send_in_pieces(page, size):
    """Pieces of this many bytes: to send those of the script takes seconds."""

    def shrink(route):
        script = route.fetch()
        text = script.text().replace("PIECE_BYTES = 16 << 20", f"PIECE_BYTES = {size}")
        assert str(size) in text
        route.fulfill(response=script, body=text)

    page.route("**/upload.js*", shrink)


def test_the_system_page_shows_health_and_versions(visit):
    page = visit.page
    page.goto("/system")
    expect(page.locator(".badge")).to_have_text("All systems operational")
    expect(page.locator("#system")).to_contain_text("SQLite")
    visit.photograph("system")


def test_the_page_of_keys_says_what_each_may_do(visit):
    page = visit.page
    page.goto("/keys")
    page.get_by_label("read").check()
    expect(page.locator("#keys")).to_contain_text("No keys yet")
    visit.photograph("keys")


def test_a_missing_page_says_so(visit):
    visit.page.goto("/jobs/999999")
    expect(visit.page.locator("main")).to_contain_text("There is no job")
    visit.photograph("missing")
    assert visit.drop_complaints("404")
