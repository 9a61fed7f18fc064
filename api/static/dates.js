// The times in a list, as spreadsheets of all countries write them: 2026-11-09 16:57, 9.11.2026, 11/9/2026 4:57 PM.

const COLUMNS = ["captured_at", "datetime", "timestamp", "date", "day"];
const CLOCK = /(?:[T\s,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap]\.?m\.?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i.source;
const YEAR_FIRST = new RegExp(`^(\\d{4})[-/.:](\\d{1,2})[-/.:](\\d{1,2})${CLOCK}`, "i");
const YEAR_LAST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${CLOCK}`, "i");
// A day alone is its noon, so that a time zone does not make another day of it.
const NOON = 12;

/** The column of a header that says when its files were captured, and one that adds the time of day; -1 where there is none. */
export function findTimes(header) {
  const names = header.map((cell) => cell.toLowerCase().replace(/[\s-]+/g, "_"));
  const day = COLUMNS.map((name) => names.indexOf(name)).find((index) => index >= 0) ?? -1;
  return { day, clock: day >= 0 ? names.indexOf("time") : -1 };
}

/** The texts as ISO times, or the first that is none, or that could be two dates, such as 3/4/2026. */
export function readTimes(texts) {
  const parsed = texts.map(parse);
  const unreadable = texts[parsed.indexOf(undefined)];
  if (unreadable !== undefined) return { unreadable };
  const open = parsed.filter(({ order, first, second }) => order === undefined && first !== second);
  const fits = { dayFirst: open.every(({ second }) => second <= 12), monthFirst: open.every(({ first }) => first <= 12) };
  if (fits.dayFirst === fits.monthFirst && open.length) return { ambiguous: texts[parsed.indexOf(open[0])] };
  const times = parsed.map((one) => write(one, fits.dayFirst));
  const impossible = texts[times.indexOf(undefined)];
  return impossible === undefined ? { times } : { unreadable: impossible };
}

function parse(text) {
  let found = YEAR_FIRST.exec(text);
  if (found) return { order: "year", year: found[1], first: +found[2], second: +found[3], clock: found.slice(4) };
  found = YEAR_LAST.exec(text);
  // With dots, the day comes first everywhere.
  return found && { order: found[2] === "." ? "day" : undefined, year: found[4], first: +found[1], second: +found[3], clock: found.slice(5) } || undefined;
}

function write({ order, year, first, second, clock: [hour, minute = "00", seconds = "00", half, offset = ""] }, dayFirst) {
  const [month, day] = order === "year" || (order === undefined && !dayFirst) ? [first, second] : [second, first];
  const hours = hour === undefined ? NOON : half ? (+hour % 12) + (half[0].toLowerCase() === "p" ? 12 : 0) : +hour;
  const date = new Date(Date.UTC(+year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || hours > 23 || +minute > 59) return undefined;
  const pad = (number) => String(number).padStart(2, "0");
  return `${year}-${pad(month)}-${pad(day)}T${pad(hours)}:${minute}:${seconds}${offset}`;
}
