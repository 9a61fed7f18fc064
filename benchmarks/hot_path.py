"""The work on a photo, counted: `make bench-hot-path`, or `make hot-path-baseline` to renew what it
is compared with.

Twelve photos go through a worker in this process. What is counted does not depend on the machine:
calls of functions, runs and inputs of models, SQL statements and their rows. More than 10% beyond
the baseline is a regression, which a test fails for, too.
"""

from benchmarks import program
from benchmarks.counts.baseline import find_regressions, write_baseline
from benchmarks.counts.photos import PHOTOS, Change, Counted, count_photos
from benchmarks.settings import read_cpu_settings


def main() -> None:
    parser = program.make_parser(__doc__)
    parser.add_argument("--renew", action="store_true", help="make this the baseline")
    arguments = parser.parse_args()
    program.exit_on_sigterm()
    counted = count_in_folder()
    for name, count in counted.totals.items():
        program.say(f"{name:24} {count / PHOTOS:12.1f} a photo")
    program.write_figures(arguments.out, "hot_path", {"photos": PHOTOS, **counted.totals})
    if arguments.renew:
        write_baseline(counted)
    elif regressions := find_regressions(counted):
        raise SystemExit("\n".join(regressions))


def count_in_folder(change: Change = lambda analyzer: analyzer) -> Counted:
    """With a database and a store of its own; `change` is for tests."""
    with program.make_scratch_folder() as folder:
        root = folder.resolve()
        settings = read_cpu_settings().model_copy(
            update={
                "data_dir": root,
                "database_url": f"sqlite:///{root / 'facetally.sqlite3'}",
                "store_url": f"file://{root / 'store'}",
                "file_roots": (root,),
            }
        )
        return count_photos(settings, change)


if __name__ == "__main__":
    main()
