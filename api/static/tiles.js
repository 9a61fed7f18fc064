// The pictures of a job in rows of equal height, each in its own shape; waiting ones are replaced as they end.

const isNarrow = matchMedia("(max-width: 44rem)").matches;
const ROW_REM = isNarrow ? 8 : 13;
const REFRESH_MILLISECONDS = 2000;
let timer = null;
let again = false; // whether something happened since the last refresh

/** Each tile grows by its shape, so that rows fill the page and no picture is cut. */
function justify() {
  for (const tile of document.querySelectorAll(".tile:not([style])")) {
    const { width, height } = tile.dataset;
    const shape = width ? Math.min(Math.max(width / height, 0.5), 3) : 4 / 3;
    tile.style.flexGrow = shape;
    tile.style.flexBasis = `${shape * ROW_REM}rem`;
    if (!isNarrow) tile.style.maxWidth = `${shape * ROW_REM * 1.6}rem`;
  }
}

/** Refresh at most every REFRESH_MILLISECONDS, and once more after the last change. */
function refreshSoon() {
  again = true;
  if (timer) return;
  again = false;
  refresh();
  timer = setTimeout(() => {
    timer = null;
    if (again) refreshSoon();
  }, REFRESH_MILLISECONDS);
}

/** Replace what has ended since; asked for when the job reports progress. */
async function refresh() {
  const open = [...document.querySelectorAll(".tile[data-state=waiting]")].slice(0, 48);
  const number = document.getElementById("job-top")?.dataset.number;
  if (!number) return;
  if (!document.querySelector(".tile")) return htmx.ajax("GET", `/jobs/${number}/items${location.search}`, "#items");
  htmx.ajax("GET", `/jobs/${number}/answer`, "#answer");
  if (!open.length) return;
  const query = open.map((tile) => `item=${tile.dataset.item}`).join("&");
  const response = await fetch(`/jobs/${number}/tiles?${query}`, { headers: { "HX-Request": "true" } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const tile of page.querySelectorAll(".tile:not([data-state=waiting])")) {
    const old = document.querySelector(`.tile[data-item="${tile.dataset.item}"]`);
    if (!old) continue;
    old.replaceWith(tile);
    htmx.process(tile);
  }
  justify();
}

justify();
document.addEventListener("htmx:afterSettle", justify);
document.addEventListener("job:progress", refreshSoon);
