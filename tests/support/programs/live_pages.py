"""A browser on the live page, and what scripts read of it."""

from playwright.sync_api import expect

from tests.support.programs.browser import Visit

KEY = "of-the-test" * 3


# Counts the pixels of a canvas in the color of each gender: --box-female, --box-male.
COUNT_PIXELS = """(canvas) => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let female = 0, male = 0;
  for (let at = 0; at < data.length; at += 4) {
    female += data[at] === 240 && data[at + 1] === 228 && data[at + 2] === 66;
    male += data[at] === 86 && data[at + 1] === 180 && data[at + 2] === 233;
  }
  return {female, male};
}"""


# Records what is shown after each change of the figures, and when something is announced.
NOTE_CHANGES = """() => {
  Object.assign(window, {seen: [], spoken: []});
  const text = (id) => document.getElementById(id).textContent;
  const follow = (place, note) => new MutationObserver(note).observe(place, {childList: true});
  follow(document.getElementById("faces"), () => seen.push([text("faces"), text("summary")]));
  follow(document.getElementById("announced"), () => spoken.push(performance.now()));
}"""


class LiveVisit(Visit):
    """A browser on the live page."""

    def start(self) -> None:
        self.page.get_by_role("button", name="Start camera").click()

    def read_device(self) -> str:
        return self.page.locator("#video").evaluate(
            "(video) => video.srcObject.getVideoTracks()[0].getSettings().deviceId"
        )

    def expect_faces(self) -> None:
        expect(self.page.locator("#boxes")).to_have_attribute("data-faces", "2")


def log_in(visit: Visit) -> None:
    visit.page.goto("/live")
    visit.page.get_by_label("Key").fill(KEY)
    visit.page.get_by_role("button", name="Log in").click()
    expect(visit.page.get_by_role("heading", level=1, name="Live")).to_be_visible()
