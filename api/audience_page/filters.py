"""The filters of the audience page: pickers of known values, and a chip for each that is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.audience_page.links import Link
from api.audience_page.presets import PRESETS
from api.layout.texts import Texts
from api.schemas.dimensions import DIMENSION_PREFIX
from db.job_values import JobLabel

# More values than these are typed, with suggestions.
MOST_CHOICES = 200
MOST_PICKERS = 8


@dataclass(frozen=True, slots=True)
class Picker:
    """A field with its choices: values and their names."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    chosen: str

    @property
    def is_typed(self) -> bool:
        return len(self.choices) > MOST_CHOICES


@dataclass(frozen=True, slots=True)
class Chip:
    """A chosen filter, and the link that removes it."""

    label: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to filter by."""

    jobs: Sequence[JobLabel]
    tags: Sequence[str]
    values: Mapping[str, Sequence[str]]  # by dimension
    zones: Sequence[str] = ()


def list_pickers(known: Known, args: Mapping[str, str], text: Texts) -> list[Picker]:
    """Time, job, tag, zone and dimensions; none for what there is no choice of."""

    def pick(name: str, label: str, choices: Sequence[tuple[str, str]]) -> Picker:
        chosen = args.get(name, "")
        others = [] if not chosen or chosen in dict(choices) else [(chosen, chosen)]
        return Picker(name, label, (*choices, *others), chosen)

    jobs = [(str(job.id), name_job(job, text)) for job in known.jobs]
    found = [
        pick("job", text("audience.job"), jobs),
        pick("tag", text("audience.tag"), [(tag, tag) for tag in known.tags]),
        pick("zone", text("audience.zone"), [(zone, zone) for zone in known.zones]),
    ]
    for name, values in list(known.values.items())[:MOST_PICKERS]:
        found.append(pick(DIMENSION_PREFIX + name, name, [(value, value) for value in values]))
    return [picker for picker in found if picker.choices]


def name_job(job: JobLabel, text: Texts) -> str:
    """`Job 7 · Spring campaign`, or with its tags where it has no name."""
    tags = [tag for tag in job.tags if not tag.startswith("run:")]
    return " · ".join([text("job.title", number=job.id), *([job.name] if job.name else tags)])


def list_chips(args: Mapping[str, str], link: Link, text: Texts) -> list[Chip]:
    """One for each filter in the query."""
    chips = []
    for name, value in args.items():
        if name.startswith(DIMENSION_PREFIX):
            label = name.removeprefix(DIMENSION_PREFIX)
        elif name in (
            "job",
            "tag",
            "from",
            "to",
            "zone",
            "time_zone",
            "quality_min",
            "pose",
            "calibration",
        ):
            label = text(f"audience.{name}")
        else:
            continue
        chips.append(Chip(label, value, link.change({name: None})))
    if args.get("period") in PRESETS:
        named = text(f"audience.period_{args['period']}")
        chips.insert(0, Chip(text("audience.period"), named, link.change({"period": None})))
    return chips
