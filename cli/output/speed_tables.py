"""The speed of a machine as lines for the terminal."""

from collections.abc import Iterator

from rich.table import Table

from cli.output.tables import make_table
from cli.speed.measurement import Speed

# Beyond this, more work needs more or faster cores.
BUSY = 0.85
STAGE_NAMES = {
    "decode": "decoding",
    "find": "finding faces",
    "estimate": "estimating ages and genders",
    "thumbnail": "drawing thumbnails",
}


def describe_speed(speed: Speed) -> Iterator[str]:
    """What is measured, and what bounds it."""
    yield (
        f"{speed.photos_per_second:.1f} photos/s, {speed.faces_per_second:.1f} faces/s: "
        f"{speed.slots} slots, the pack {speed.pack}, {speed.photos} photos with {speed.faces} "
        "faces."
    )
    yield (
        f"That is {speed.system_to_loops:.0%} of bare loops on all cores, without queue and "
        f"database ({speed.loops_photos_per_second:.1f} photos/s)."
    )
    if speed.machine.cores > 1:
        yield (
            f"{speed.machine.cores} such loops do {speed.loops_to_one:.2f} times as much as one "
            f"({speed.one_loop_photos_per_second:.1f} photos/s): more slots cannot gain more."
        )
    yield (
        f"Memory at most: {speed.memory.stack_megabytes:.0f} MB in all, "
        f"{speed.memory.slot_megabytes:.0f} MB in a slot with its decoder."
    )
    yield _describe_bound(speed)


def _describe_bound(speed: Speed) -> str:
    if speed.busy_share < BUSY:
        return (
            f"Only {speed.busy_share:.0%} of the cores' time was used: the bottleneck is an "
            "accelerator, the disk, other programs or too few photos."
        )
    stage = max(speed.stages_ms, key=lambda one: speed.stages_ms[one])
    share = speed.stages_ms[stage] / sum(speed.stages_ms.values())
    return (
        f"The cores are the bottleneck: {speed.busy_share:.0%} of their time was used. "
        f"{STAGE_NAMES[stage].capitalize()} takes the largest part of a photo, {share:.0%}."
    )


def make_speed_table(speed: Speed) -> Table:
    """The processor time of a photo: by part, in one loop, and by program, in the system."""
    table = make_table("processor time", "ms per photo")
    for name, milliseconds in speed.stages_ms.items():
        table.add_row(STAGE_NAMES[name], f"{milliseconds:.1f}")
    table.add_row("all parts", f"{sum(speed.stages_ms.values()):.1f}", end_section=True)
    for name, milliseconds in speed.programs_ms.items():
        table.add_row(f"system: {name}", f"{milliseconds:.1f}")
    table.add_row("system", f"{sum(speed.programs_ms.values()):.1f}")
    return table
