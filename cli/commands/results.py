"""`facetally results`, `audience` and `thumbnails`: what a server found."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.commands.jobs import takes_job
from cli.options.shared import as_json, check_zone, parse_pairs, takes_server
from cli.output.comparison_tables import make_audience_differences_table
from cli.output.counting import count_noun
from cli.output.downloads import download_thumbnails, write_whole
from cli.output.tables import describe_basis, describe_errors, make_audience_table
from cli.terminal import open_stdout, print_json, tell
from db.slices.queries import Count
from db.states import ItemState
from facetally import Client, ComparedAudiences
from facetally.answers.audience import AudienceQuery

GENDERS = ("female", "male", "unknown")
FORMATS = ("ndjson", "json", "csv", "parquet", "coco")
DAY = click.DateTime(["%Y-%m-%d"])
STATE = click.Choice([state.value for state in ItemState])

Command = TypeVar("Command", bound=Callable[..., object])


_takes_file = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to this file (atomically).",
)

_takes_dimensions = click.option(
    "--dimension",
    "dimensions",
    multiple=True,
    callback=parse_pairs,
    metavar="NAME=VALUE",
    help="Only items with this dimension; may be repeated.",
)


_QUALITY_OPTIONS = (
    click.option("--quality-min", type=float, help="Minimum quality of a face, 0 to 1."),
    click.option(
        "--pose",
        type=click.Choice(["any", "frontal"]),
        default="any",
        show_default=True,
        help="With frontal, only faces turned towards the camera.",
    ),
)
_FILTERS = (
    click.option("--state", type=STATE, help="Only items in this state."),
    click.option("--gender", type=click.Choice(GENDERS), help="Only faces of this gender."),
    click.option("--age-min", type=int, help="Minimum age."),
    click.option("--age-max", type=int, help="Maximum age."),
    click.option("--name", help="Only items with this in their name."),
    click.option("--score-min", type=float, help="Minimum detection confidence, 0 to 1."),
    *_QUALITY_OPTIONS,
)


def _takes_filters(command: Command) -> Command:
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def _takes_quality(command: Command) -> Command:
    for option in reversed(_QUALITY_OPTIONS):
        command = option(command)
    return command


@click.command()
@takes_job
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="ndjson",
    show_default=True,
    help="Output file format.",
)
@click.option(
    "--view",
    type=click.Choice(["faces", "tracks"]),
    default="faces",
    show_default=True,
    help="With tracks, one row for each person in a video instead of each face.",
)
@_takes_filters
@_takes_dimensions
@_takes_file
@takes_server
def results(
    client: Client,
    job_id: int,
    form: str,
    dimensions: dict[str, str],
    out: Path | None,
    view: str,
    **filters: Any,
) -> None:
    """Print the results of a job.

    NDJSON has a line for each item, JSON is an array of items. CSV and Parquet have a row for each
    face, and one for each item without faces. COCO has the analyzed photos and their faces.

    \b
    Example: facetally results 7 --format csv --gender female --out faces.csv
             facetally results 7 --format parquet --out results.parquet
             facetally results 7 --format coco --out annotations.json
             facetally results 7 --view tracks --format csv --out people.csv
    """
    _refuse_terminal(form, out)
    job = client.job(job_id)

    def read() -> Iterator[bytes]:
        if form == "json":
            return _join_lines(job.stream_lines(view, dimensions=dimensions, **filters))
        return job.export(form, view, dimensions=dimensions, **filters)

    _write(read, out)


def _refuse_terminal(form: str | None, out: Path | None) -> None:
    if form == "parquet" and out is None and sys.stdout.isatty():
        raise click.UsageError("Parquet can't be shown on a terminal: give --out FILE.")


def _join_lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    """All lines as one JSON array."""
    start = b"[\n"
    for line in lines:
        yield start + line
        start = b",\n"
    yield b"[]\n" if start == b"[\n" else b"\n]\n"


def _write(read: Callable[[], Iterator[bytes]], out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.writelines(read())
        sys.stdout.flush()
    elif out.exists() and not out.is_file():
        # A pipe or a device can only be written to, not replaced.
        with out.open("wb") as file:
            file.writelines(read())
    else:
        write_whole(out.resolve(), read)


@click.command()
@click.option("--job", type=click.IntRange(min=1), help="Only this job.")
@click.option("--tag", help="Only jobs with this tag.")
@click.option("--from", "first_day", type=DAY, metavar="DATE", help="First day, as 2026-05-01.")
@click.option("--to", "last_day", type=DAY, metavar="DATE", help="Last day.")
@_takes_dimensions
@click.option(
    "--by",
    default="gender,age_band",
    metavar="LIST",
    show_default=True,
    help="Any of gender, age_band, a period, and names of dimensions. Periods are quarter_hour, "
    "hour, day, week, month; and weekday, hour_of_day, hour_of_week.",
)
@click.option(
    "--time-zone",
    metavar="ZONE",
    callback=check_zone,
    show_default="that of each job",
    help="Time zone of days and hours, such as Europe/Paris.",
)
@click.option(
    "--bands",
    default="marketing",
    show_default=True,
    help="Age bands: marketing, adience, life_stage, or a list such as 0-17,18-120.",
)
@click.option(
    "--count",
    type=click.Choice([count.value for count in Count]),
    default=Count.FACES.value,
    show_default=True,
    help="With people, each person in a video counts once. With seconds, shares are of the time in "
    "which people in videos are visible.",
)
@click.option("--calibration", metavar="NAME", help="Correct shares with this evaluation.")
@click.option(
    "--versus",
    multiple=True,
    callback=parse_pairs,
    metavar="NAME=VALUE",
    help="Compare with the audience that differs in this: job, tag, from, to, quality_min, pose or "
    "dimension.<name>; may be repeated.",
)
@_takes_quality
@as_json
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), help="Output file format.")
@_takes_file
@takes_server
def audience(
    client: Client,
    as_json: bool,
    form: str | None,
    out: Path | None,
    versus: dict[str, str],
    **given: Any,
) -> None:
    """Show the audience by age and gender.

    Or by time and dimensions (--by), with 95% intervals. --quality-min and --pose need --job.

    \b
    Example: facetally audience --job 7 --bands 0-17,18-34,35-120
             facetally audience --by store,gender --from 2026-05-01 --to 2026-05-31
             facetally audience --by store,hour_of_day --time-zone Europe/Paris
             facetally audience --by gender --tag spring --versus tag=autumn
             facetally audience --tag spring --format parquet --out audience.parquet
    """
    query = AudienceQuery(
        job=given["job"],
        tag=given["tag"],
        first_day=given["first_day"] and given["first_day"].date(),
        last_day=given["last_day"] and given["last_day"].date(),
        by=given["by"],
        time_zone=given["time_zone"],
        bands=given["bands"],
        count=given["count"],
        calibration=given["calibration"],
        quality_min=given["quality_min"],
        pose=given["pose"],
        dimensions=given["dimensions"],
    )
    if (form is None and out is not None) or (form is not None and as_json):
        raise click.UsageError("--out needs --format, and --json can't be combined with either.")
    if versus:
        if form is not None:
            raise click.UsageError("--versus can't be combined with --format.")
        _show_differences(client.compare_audiences(versus, **query), as_json)
        return
    if form is not None:
        _refuse_terminal(form, out)
        _write(lambda: client.export_audience(form, **query), out)
        return
    found = client.audience(**query)
    if as_json:
        print_json(found.raw)
    else:
        open_stdout().print(make_audience_table(found))
        open_stdout().print(describe_basis(found))
        open_stdout().print(describe_errors(found))


def _show_differences(found: ComparedAudiences, as_json: bool) -> None:
    if as_json:
        print_json(found.raw)
        return
    stdout = open_stdout()
    stdout.print(make_audience_differences_table(found))
    stdout.print(f"first: {describe_basis(found.first)}")
    stdout.print(f"second: {describe_basis(found.second)}")
    stdout.print(describe_errors(found.first))


@click.command()
@takes_job
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the thumbnails.",
)
@takes_server
def thumbnails(client: Client, job_id: int, out: Path) -> None:
    """Save annotated thumbnails.

    One JPEG file for each photo of a job.

    \b
    Example: facetally thumbnails 7 --out thumbnails/
    """
    names = download_thumbnails(client, client.job(job_id).results(), out)
    tell(f"Saved {count_noun(len(names), 'thumbnails')} in {out}.")
