"""Jobs, faces and the audience as tables for the terminal."""

from collections.abc import Iterable

from rich.table import Table

from cli.output.counting import count_noun
from cli.terminal import clean
from facetally import (
    Audience,
    Dimension,
    Entry,
    Face,
    Headcount,
    Headcounts,
    Job,
    Key,
    Result,
    ScreenTime,
    Sessions,
    Share,
    TagUse,
)
from facetally.answers.audience import PeopleRange
from facetally.answers.headcounts import ZoneTally
from facetally.answers.webhooks import Message, Webhook


def make_jobs_table(jobs: Iterable[Job]) -> Table:
    """A line for each job."""
    table = make_table(
        "job", "name", "state", "items", "done", "failed", "faces", "tags", "created"
    )
    for job in jobs:
        counts = job.counts
        numbers = (counts.items, counts.done, counts.failed, counts.faces)
        table.add_row(
            str(job.id),
            clean(job.name),
            job.state,
            *map(str, numbers),
            clean(", ".join(job.tags)),
            f"{job.timestamps.created:%Y-%m-%d %H:%M:%S}",
        )
    return table


def make_faces_table(results: Iterable[Result]) -> Table:
    """A line for each face, and one for each picture without faces."""
    table = make_table(
        "picture", "face", "gender", "confidence", "age", "80% interval", "score", "quality"
    )
    for result in results:
        name = clean(result.name)
        for number, face in enumerate(result.faces, start=1):
            table.add_row(name, str(number), *_make_face_cells(face))
        if not result.faces:
            table.add_row(name, result.error.code if result.error else "none")
    return table


def _make_face_cells(face: Face) -> tuple[str, ...]:
    if not face.quality.judged:
        guesses = ("unclear", "", "", "")
        return (*guesses, f"{face.score:.2f}", f"{face.quality.value:.2f}")
    return (
        face.gender.value,
        f"{face.gender.probability:.0%}",
        f"{face.age.years:.0f}",
        f"{face.age.low}-{face.age.high}",
        f"{face.score:.2f}",
        f"{face.quality.value:.2f}",
    )


def make_audience_table(audience: Audience) -> Table:
    """The audience, without empty groups."""
    names = list(audience.groups[0].dimensions) if audience.groups else []
    has_periods = any(group.period for group in audience.groups)
    periods = ["period"] * has_periods
    corrected = ["corrected", "95% interval"] * bool(audience.calibration)
    timed = audience.count == "seconds"
    counted = "people" if timed else audience.count
    times = ["seconds", "each", "median", "facing"] * timed
    table = make_table(
        *names, *periods, "gender", "age", counted, "share", "95% interval", *corrected, *times
    )
    for group in audience.groups:
        if group.faces == 0:
            continue
        table.add_row(
            *(clean(value or "-") for value in group.dimensions.values()),
            *([group.period or ""] * has_periods),
            group.gender or "all",
            group.age_band or "all",
            write_count(group.faces, audience.min_cell),
            *make_share_cells(group.share_within),
            *(make_share_cells(group.corrected) if corrected else ()),
            *(make_time_cells(group.screen_time) if timed else ()),
        )
    return table


def make_time_cells(time: ScreenTime | None) -> tuple[str, ...]:
    if time is None or time.seconds is None:
        return ("", "", "", "")
    attention = "" if time.attention is None else f"{time.attention:.0%}"
    return f"{time.seconds:,.0f}", f"{time.mean_seconds:g}", f"{time.median_seconds:g}", attention


def make_keys_table(keys: Iterable[Key]) -> Table:
    """A line for each key."""
    table = make_table(
        "key", "name", "begins", "tenant", "scopes", "state", "created", "last used", "expires"
    )
    for key in keys:
        moments = (key.created_at, key.last_used_at, key.expires_at)
        table.add_row(
            str(key.id),
            clean(key.name),
            key.start,
            key.tenant,
            ", ".join(key.scopes),
            key.state,
            *("never" if moment is None else f"{moment:%Y-%m-%d %H:%M}" for moment in moments),
        )
    return table


def make_sessions_table(found: Iterable[Sessions]) -> Table:
    """A line for each holder of sessions."""
    table = make_table("holder", "name", "tenant", "sessions", "last opened", "ends")
    for one in found:
        moments = (f"{moment:%Y-%m-%d %H:%M}" for moment in (one.last_opened_at, one.expires_at))
        table.add_row(clean(one.holder), clean(one.name), one.tenant, str(one.count), *moments)
    return table


def make_audit_table(entries: Iterable[Entry]) -> Table:
    """A line for each entry of the audit log."""
    table = make_table("at", "who", "did", "to", "tenant", "from")
    for entry in entries:
        who = clean(entry.caller) + (f" (key {entry.key_id})" if entry.key_id else "")
        at = f"{entry.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(at, who, entry.action, clean(entry.subject), entry.tenant, entry.address)
    return table


def make_headcounts_table(found: Headcounts) -> Table:
    """A line for each live source."""
    table = make_table("source", "state", "job", "people", "seconds", "female", "tags")
    counted = {one.source: one for one in found.headcounts}
    for source in dict.fromkeys((*found.sources, *counted)):
        one = counted.get(source)
        if one is None:
            table.add_row(clean(source), "not counted")
            continue
        numbers = [one.job, one.people, None if one.seconds is None else round(one.seconds)]
        female = "" if one.female is None else f"{one.female.value:.0%}"
        shown = ("" if number is None else f"{number:,}" for number in numbers)
        table.add_row(
            clean(source), clean(_name_state(one)), *shown, female, clean(", ".join(one.tags))
        )
        for zone in one.zones:
            table.add_row("", *_zone_cells(zone))
    return table


def _zone_cells(zone: ZoneTally) -> tuple[str, ...]:
    """In the columns of its source; the people of zones do not add up."""
    people = "" if zone.people is None else f"{zone.people:,}"
    seconds = "" if zone.seconds is None else f"{round(zone.seconds):,}"
    crossings = [
        f"{count:,} {did}"
        for count, did in ((zone.entered, "came in"), (zone.left, "left"))
        if count is not None
    ]
    return clean(f"in {zone.zone}"), "", people, seconds, "", ", ".join(crossings)


def _name_state(headcount: Headcount) -> str:
    if headcount.is_stopping:
        return "stopping"
    return "counting" if headcount.is_counting else headcount.problem or "starting"


def make_webhooks_table(webhooks: Iterable[Webhook]) -> Table:
    """A line for each webhook."""
    table = make_table("webhook", "address", "told of", "tenant", "state")
    for one in webhooks:
        told = ", ".join(one.events) or "everything"
        state = "active" if one.disabled_at is None else f"gone since {one.disabled_at:%Y-%m-%d}"
        table.add_row(str(one.id), clean(one.url), told, one.tenant, state)
    return table


def make_messages_table(messages: Iterable[Message]) -> Table:
    """A line for each message, with how its last attempt ended."""
    table = make_table("message", "at", "event", "job", "state", "attempts", "last answer")
    for one in messages:
        last = one.attempts[0] if one.attempts else None
        answer = "" if last is None else str(last.status or last.error)
        at = f"{one.created_at:%Y-%m-%d %H:%M:%S}"
        job = "" if one.job_id is None else str(one.job_id)
        attempts = str(len(one.attempts))
        table.add_row(str(one.id), at, one.event, job, one.state, attempts, clean(answer))
    return table


def make_tags_table(tags: Iterable[TagUse]) -> Table:
    """A line for each tag."""
    table = make_table("tag", "jobs", "items")
    for one in tags:
        table.add_row(clean(one.tag), str(one.jobs), str(one.items))
    return table


def make_dimensions_table(dimensions: Iterable[Dimension]) -> Table:
    """A line for each value, and one for the values that are not listed."""
    table = make_table("dimension", "value", "items", "faces")
    for one in dimensions:
        for value in one.values:
            faces = "withheld" if value.faces is None else str(value.faces)
            table.add_row(clean(one.name), clean(value.value), str(value.items), faces)
        if one.distinct > len(one.values):
            table.add_row(clean(one.name), f"and {one.distinct - len(one.values)} others", "", "")
    return table


def describe_basis(audience: Audience, people: int | None = None) -> str:
    """`12 faces in 4 of 5 pictures; 1 without faces; 3 faces excluded: too small; 1 unreadable`.

    With the people of videos: `41 faces, 13 people in 2 of 2 pictures and videos`.
    """
    least = audience.min_cell
    noun = "faces" if audience.count == "faces" else "people"
    found = _describe_count(audience.faces, noun, least) + _describe_range(audience.people)
    if people is not None:
        found += f", {count_noun(people, 'people')}"
    items = "pictures"
    if people is not None or noun == "people":
        items = "videos" if audience.items == 1 else "pictures and videos"
    parts = [f"{found} in {audience.items_done} of {count_noun(audience.items, items)}"]
    parts.append(f"{audience.items_without_faces} without faces")
    unclear = _describe_count(audience.faces_too_unclear, noun, least)
    parts += [f"{unclear} too unclear to judge"] if audience.faces_too_unclear != 0 else []
    excluded = {"too small": audience.faces_too_small, "low confidence": audience.faces_too_unsure}
    parts += [
        f"{_describe_count(faces, 'faces', least)} excluded: {why}"
        for why, faces in excluded.items()
        if faces != 0
    ]
    parts += [f"{count} {code}" for code, count in audience.items_failed.items()]
    if audience.items_waiting:
        parts.append(f"{audience.items_waiting} still waiting")
    if audience.items_cancelled:
        parts.append(f"{audience.items_cancelled} cancelled")
    return "; ".join(parts)


def _describe_range(people: PeopleRange | None) -> str:
    return "" if people is None or people.low is None else f" ({people.low} to {people.high})"


def describe_errors(audience: Audience) -> str:
    """Which errors the intervals cover, and which figures a calibration leaves as they are."""
    if audience.calibration is None:
        return "Intervals cover the sampling error, not the errors of the models."
    return (
        "Intervals of shares cover the sampling error only, those of corrected shares also the "
        f"errors of the models, by {audience.calibration}. Ages, minors and unknown genders are "
        "not corrected."
    )


def write_count(faces: int | None, min_cell: int) -> str:
    if faces is None:
        return f"under {min_cell}"
    return f"≈{faces}" if min_cell > 1 and faces else str(faces)


def _describe_count(faces: int | None, noun: str, min_cell: int) -> str:
    if faces is None:
        return f"under {min_cell} {noun}"
    rounded = "≈" if min_cell > 1 and faces else ""
    return rounded + count_noun(faces, noun)


def make_share_cells(share: Share | None) -> tuple[str, str]:
    if share is None:
        return "-", "-"
    return f"{share.value:.1%}", f"{share.low:.1%} to {share.high:.1%}"


def make_table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
