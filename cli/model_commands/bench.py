"""`facetally bench`: how fast this machine is, and what bounds it."""

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from cli.environment import read_settings
from cli.exits import CommandFailed
from cli.options.shared import as_json
from cli.output.speed_tables import describe_speed, make_speed_table
from cli.speed.machine import Machine
from cli.speed.measurement import measure_speed
from cli.speed.pictures import choose_pictures, make_pictures
from cli.terminal import open_stdout, print_json, tell
from models.errors import ModelUnavailable
from models.weights.catalog import SAMPLES
from models.weights.folder import require_file
from worker.settings import Settings


@click.command()
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--photos", "count", type=click.IntRange(2), default=192, show_default=True,
    help="How many photos to analyze in each round.",
)  # fmt: skip
@click.option(
    "--rounds",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="How many rounds to run; their medians count.",
)
@click.option("--pack", metavar="NAME", help="Pack to measure.  [default: FACETALLY_PACK]")
@as_json
def bench(folder: Path | None, count: int, rounds: int, pack: str | None, as_json: bool) -> None:
    """Measure the speed of this machine.

    Photos from FOLDER, or many variants of the sample photos, go through the system and through
    bare loops in turn. No photo is analyzed twice. Bare loops decode without the protection that
    workers have, so use photos that you trust. Nothing is kept.

    \b
    Example: facetally bench
             facetally bench photos/ --photos 500 --json
    """
    machine = Machine.read()
    if not machine.is_quiet:
        tell(f"{machine.describe_load()}: these figures are too low.")
    settings = _choose_settings(pack)
    with TemporaryDirectory(prefix="facetally-bench-") as scratch:
        paths = _find_photos(settings, folder, count, Path(scratch).resolve())
        data = Path(scratch).resolve() / "data"
        speed = measure_speed(
            machine,
            settings,
            paths,
            data,
            rounds,
            lambda number: tell(f"Round {number} of {rounds}…"),
        )
    if as_json:
        print_json(asdict(speed))
        return
    stdout = open_stdout()
    for line in describe_speed(speed):
        stdout.print(line)
    stdout.print(make_speed_table(speed))


def _choose_settings(pack: str | None) -> Settings:
    theirs = read_settings()
    chosen = pack or theirs.pack
    # Its stack is for nobody else: it has a queue and a store of its own, and no users.
    return read_settings(
        pack=chosen,
        packs=chosen,
        packs_dir=str(theirs.packs_dir),
        redis_url="",
        api_keys="",
        oidc_issuer="",
        host="127.0.0.1",
    )


def _find_photos(settings: Settings, folder: Path | None, count: int, scratch: Path) -> list[Path]:
    if folder is not None:
        tell("Choosing photos…")
        paths = choose_pictures(folder, count, settings.max_pixels)
        if len(paths) < 2:
            raise CommandFailed("The folder has fewer than two readable photos.")
        return paths
    try:
        for sample in SAMPLES:
            require_file(settings.weights_dir, sample)
    except ModelUnavailable as error:
        raise CommandFailed(str(error)) from error
    tell(f"Making {count} photos…")
    made = scratch / "photos"
    made.mkdir()
    return make_pictures(settings.weights_dir / "samples", made, count)
