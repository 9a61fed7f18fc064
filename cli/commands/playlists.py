"""`facetally playlists`: what ran when, and who saw it."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import click

from cli.options.results import GENDERS, takes_file
from cli.options.shared import as_json, check_zone, takes_server
from cli.output.counting import count_noun
from cli.output.playlist_tables import describe_viewers, make_content_table, make_playlists_table
from cli.output.streams import refuse_terminal, write_out
from cli.terminal import open_stdout, print_json, print_values, tell
from db.slices.bands import Band, parse_bands
from facetally import ApiError, Client, Playlist, PlaylistAudience
from facetally.answers.playlists import NewPlaylist
from facetally.answers.presence import PresenceQuery
from facetally.blocks import BLOCK_BYTES


def _parse_ages(_: click.Context, __: click.Parameter, value: str | None) -> Band | None:
    """One band, written as those of an audience are."""
    if value is None:
        return None
    try:
        [band] = parse_bands(f"{value}")
    except ValueError as error:
        raise click.BadParameter("expected ages such as 0-34") from error
    return band


@click.group()
def playlists() -> None:
    """Show who saw which spot: a playlist says what ran when.

    It is matched by time with the people of jobs or of a live source.

    \b
    Example: facetally playlists add july.csv --job 7
             facetally playlists show july --gender female --age 0-34
    """


@playlists.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", show_default="that of the file", help="Name of the playlist.")
@click.option("--job", "jobs", type=click.IntRange(min=1), multiple=True, help="The job whose "
              "people saw it; may be repeated.")  # fmt: skip
@click.option("--tag", help="All jobs with this tag, instead of --job.")
@click.option("--source", help="The people counted in front of this live source, instead of --job.")
@click.option(
    "--time-zone",
    metavar="ZONE",
    callback=check_zone,
    show_default="that of the jobs",
    help="Time zone of times without an offset, such as Europe/Paris.",
)
@click.option("--replace", is_flag=True, help="Replace a playlist with the same name.")
@takes_server
def add(
    client: Client,
    file: Path,
    name: str | None,
    jobs: tuple[int, ...],
    tag: str | None,
    source: str | None,
    time_zone: str | None,
    replace: bool,
) -> None:
    """Keep a playlist: a CSV file with the columns start, end and content.

    One more column, such as store, says on which screens a spot ran: it is a dimension of items.
    Every line is checked. If one is invalid, nothing is kept.

    \b
    Example: facetally playlists add july.csv --job 7 --job 8
             facetally playlists add july.csv --source entrance --time-zone Europe/Paris
    """
    if sum((bool(jobs), tag is not None, source is not None)) != 1:
        raise click.UsageError("Choose whose people saw it with one of --job, --tag and --source.")
    asked = NewPlaylist(jobs=jobs, tag=tag, source=source, time_zone=time_zone, replace=replace)
    with file.open("rb") as opened:
        blocks = iter(partial(opened.read, BLOCK_BYTES), b"")
        kept = _upload(client, name or file.stem, blocks, asked)
    screens = f" on {count_noun(len(kept.screens), 'screens')}" if kept.dimension else ""
    tell(
        f"Playlist {kept.id}, {kept.name}: {count_noun(kept.spots, 'spots')} of "
        f"{count_noun(len(kept.contents), 'contents')}{screens}. "
        f"See who saw them with: facetally playlists show {kept.id}"
    )


@playlists.command("list")
@as_json
@takes_server
def list_playlists(client: Client, as_json: bool) -> None:
    """List the playlists, the newest first.

    \b
    Example: facetally playlists list
    """
    print_values(client.playlists(), make_playlists_table, as_json=as_json)


@playlists.command()
@click.argument("playlist")
@click.option("--gender", type=click.Choice(GENDERS), help="Only people of this gender.")
@click.option(
    "--age", metavar="FROM-TO", callback=_parse_ages, help="Only people of these ages: 0-34."
)
@click.option(
    "--by", metavar="LIST", help="Any of gender and age_band.  [default: what is filtered by]"
)
@click.option(
    "--bands", default="marketing", show_default=True, help="Age bands, if --age names none."
)
@click.option(
    "--count",
    type=click.Choice(["people", "seconds"]),
    show_default="seconds, or people where all are in photos",
    help="With seconds, shares are of the time in which people were visible.",
)
@as_json
@click.option("--format", "form", type=click.Choice(["csv"]), help="Output file format.")
@takes_file
@takes_server
def show(
    client: Client, playlist: str, as_json: bool, form: str | None, out: Path | None, **given: Any
) -> None:
    """Show who saw each content of a playlist, by its name or number.

    Contents that were watched longest come first.

    \b
    Example: facetally playlists show july
             facetally playlists show july --gender female --age 0-34
             facetally playlists show july --by gender,age_band --format csv --out july-seen.csv
    """
    if (form is None and out is not None) or (form is not None and as_json):
        raise click.UsageError("--out needs --format, and --json can't be combined with either.")
    found, query = _find(client, playlist), _make_query(given)
    if form is not None:
        refuse_terminal(form, out)
        asked = {"count": "people", **query}
        write_out(lambda: client.export_playlist_audience(found.id, **asked), out)  # type: ignore[arg-type]
        return
    seen = _ask(client, found, query)
    if as_json:
        print_json(seen.raw)
    else:
        _print_audience(seen, gender=given["gender"], ages=given["age"])


@playlists.command()
@click.argument("playlist")
@takes_server
def remove(client: Client, playlist: str) -> None:
    """Remove a playlist, by its name or number. The jobs that saw it stay.

    \b
    Example: facetally playlists remove july
    """
    removed = client.remove_playlist(_find(client, playlist).id)
    tell(f"Playlist {removed.id}, {removed.name}, is removed.")


def _upload(client: Client, name: str, blocks: Iterable[bytes], asked: NewPlaylist) -> Playlist:
    """Each of the first invalid lines is reported on a line of its own."""
    try:
        return client.upload_playlist(name, blocks, **asked)
    except ApiError as error:
        if len(error.details) > 1:
            for fault in error.details:
                tell(f"{fault.get('field')}: {fault.get('problem')}")
        raise


def _find(client: Client, wanted: str) -> Playlist:
    """By its name, or else by its number."""
    found = client.playlists()
    for one in found:
        if one.name == wanted:
            return one
    for one in found:
        if str(one.id) == wanted:
            return one
    names = ", ".join(one.name for one in found[:5]) or "none"
    raise click.UsageError(f"There is no playlist {wanted!r}. There are: {names}.")


def _make_query(given: dict[str, Any]) -> PresenceQuery:
    filtered = [name for name, key in (("gender", "gender"), ("age_band", "age")) if given[key]]
    by = ",".join(filtered) if given["by"] is None else given["by"]
    ages = given["age"]
    query = PresenceQuery(by=by, bands=f"{ages.low}-{ages.high}" if ages else given["bands"])
    if given["count"] is not None:
        query["count"] = given["count"]
    return query


def _ask(client: Client, playlist: Playlist, query: PresenceQuery) -> PlaylistAudience:
    """Seconds, unless people are asked for, or nobody has any."""
    if "count" in query:
        return client.playlist_audience(playlist.id, **query)
    query["count"] = "seconds"
    seen = client.playlist_audience(playlist.id, **query)
    if seen.viewers != 0 and not any(group.people != 0 for group in seen.groups):
        query["count"] = "people"
        return client.playlist_audience(playlist.id, **query)
    return seen


def _print_audience(seen: PlaylistAudience, *, gender: str | None, ages: Band | None) -> None:
    """Only the people of a gender and of these ages, where they are given."""
    wanted = [
        group
        for group in seen.groups
        if gender in (None, group.gender) and (ages is None or ages.label == group.age_band)
    ]
    stdout = open_stdout()
    if all(group.people == 0 for group in wanted):
        stdout.print("None of these people saw any of it.")
    else:
        stdout.print(make_content_table(seen, wanted))
    stdout.print(describe_viewers(seen))
