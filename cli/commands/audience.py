"""`facetally audience`: who was there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.options.results import takes_dimensions, takes_file, takes_quality
from cli.options.shared import as_json, check_zone, parse_pairs, takes_bands, takes_server
from cli.output.comparison_tables import make_audience_differences_table
from cli.output.streams import refuse_terminal, write_out
from cli.output.tables import describe_basis, describe_errors, make_audience_table
from cli.terminal import open_stdout, print_json
from db.states import Count
from facetally import Audience, Client, ComparedAudiences
from facetally.answers.audience import AudienceQuery

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--job", type=click.IntRange(min=1), help="Only this job.")
@click.option("--tag", help="Only jobs with this tag.")
@click.option("--from", "first_day", type=DAY, metavar="DATE", help="First day, as 2026-05-01.")
@click.option("--to", "last_day", type=DAY, metavar="DATE", help="Last day.")
@takes_dimensions
@click.option("--zone", help="Only people in this zone of live sources.")
@click.option(
    "--by",
    default="gender,age_band",
    metavar="LIST",
    show_default=True,
    help="Any of gender, age_band, a period, zone, and names of dimensions. Periods are "
    "quarter_hour, hour, day, week, month; and weekday, hour_of_day, hour_of_week.",
)
@click.option(
    "--time-zone",
    metavar="ZONE",
    callback=check_zone,
    show_default="that of each job",
    help="Time zone of days and hours, such as Europe/Paris.",
)
@takes_bands
@click.option(
    "--count",
    type=click.Choice([count.value for count in Count]),
    show_default="faces, or people in zones",
    help="With people, each person in a video counts once. With seconds, shares are of the time in "
    "which people in videos are visible.",
)
@click.option("--calibration", metavar="NAME", help="Correct shares with this evaluation.")
@click.option(
    "--versus",
    multiple=True,
    callback=parse_pairs,
    metavar="NAME=VALUE",
    help="Compare with the audience that differs in this: job, tag, from, to, zone, quality_min, "
    "pose or dimension.<name>; may be repeated.",
)
@takes_quality
@as_json
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), help="Output file format.")
@takes_file
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
             facetally audience --by zone,gender --dimension source=entrance
             facetally audience --tag spring --format parquet --out audience.parquet
    """
    if (form is None and out is not None) or (form is not None and as_json):
        raise click.UsageError("--out needs --format, and --json can't be combined with either.")
    if versus and form is not None:
        raise click.UsageError("--versus can't be combined with --format.")
    query = _make_query(given)
    if versus:
        _show_differences(client.compare_audiences(versus, **query), as_json)
    elif form is not None:
        refuse_terminal(form, out)
        write_out(lambda: client.export_audience(form, **query), out)
    else:
        _show(client.audience(**query), as_json)


def _make_query(given: Mapping[str, Any]) -> AudienceQuery:
    return AudienceQuery(
        job=given["job"],
        tag=given["tag"],
        first_day=given["first_day"] and given["first_day"].date(),
        last_day=given["last_day"] and given["last_day"].date(),
        zone=given["zone"],
        by=given["by"],
        time_zone=given["time_zone"],
        bands=given["bands"],
        count=given["count"],
        calibration=given["calibration"],
        quality_min=given["quality_min"],
        pose=given["pose"],
        dimensions=given["dimensions"],
    )


def _show(found: Audience, as_json: bool) -> None:
    if as_json:
        print_json(found.raw)
        return
    stdout = open_stdout()
    stdout.print(make_audience_table(found))
    stdout.print(describe_basis(found))
    stdout.print(describe_errors(found))


def _show_differences(found: ComparedAudiences, as_json: bool) -> None:
    if as_json:
        print_json(found.raw)
        return
    stdout = open_stdout()
    stdout.print(make_audience_differences_table(found))
    stdout.print(f"first: {describe_basis(found.first)}")
    stdout.print(f"second: {describe_basis(found.second)}")
    stdout.print(describe_errors(found.first))
