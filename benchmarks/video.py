"""How much of the machine reaches the frames of a video: the system with one slot against a bare
loop that decodes and detects, and with two slots against one. Two such loops side by side against
one show what the machine's second core is good for.

All of them run in turn, since machines drift, and the median of the rounds' ratios counts.
"""

import argparse
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from time import sleep

import cv2
import numpy as np
from PIL import Image

from benchmarks import program
from benchmarks.settings import read_cpu_settings
from cli.speed.loops import Start, run_loops
from cli.speed.rounds import Round, compare, median_speed
from cli.speed.stack_watch import StackWatch
from cli.speed.stacks import run_watched_stack
from db.job_values import DetectionMode
from facetally import Client, Item, Options, Submission
from models.videos.ffmpeg import Ffmpeg
from models.videos.grid import Grid
from models.videos.reader import Video
from worker.packs.analyzers import open_analyzers
from worker.settings import WORKING_SIZES, Settings

# Seldom, as polling takes processor time; how long it took is read from the job itself.
POLL_SECONDS = 0.5
SIZE = (1280, 720)
CLIP_FRAMES_PER_SECOND = 25
SHOT_SECONDS = 5
# The same for the system and for the loop.
FRAMES_PER_SECOND = 2.0
SUBMISSION = Submission(options=Options(thumbnails="none", frames_per_second=FRAMES_PER_SECOND))
# In the order in which they run.
SIDES = {
    "bare": "bare loop",
    "one": "one slot",
    "two_bare": "two bare loops",
    "two": "two slots",
}
RATIOS = {
    "system_to_bare": ("one", "bare"),
    "two_to_one": ("two", "one"),
    "two_bare_to_bare": ("two_bare", "bare"),
}
Rounds = dict[str, list[Round]]


def main() -> None:
    arguments = _read_arguments()
    machine = program.begin()
    settings = read_cpu_settings()
    with program.make_scratch_folder() as folder:
        files = folder / "files"
        files.mkdir()
        clip = files / "clip.mp4"
        _write_clip(clip, settings.weights_dir / "samples", arguments.seconds)
        sides = Sides(settings, clip, folder)
        rounds = sides.run(arguments.sides, arguments.rounds)
    costs = sides.watch.milliseconds(sum(one.pictures for one in rounds.get("one", ())))
    _report(arguments.out, machine, rounds, costs)


def _read_arguments() -> argparse.Namespace:
    parser = program.make_parser(__doc__)
    parser.add_argument("--seconds", type=int, default=900, help="length of the video")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each side, in turn")
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=SIDES, help="what to run")
    return parser.parse_args()


def _write_clip(path: Path, samples: Path, seconds: int) -> None:
    """A camera that moves over one sample picture after the other."""
    code = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, CLIP_FRAMES_PER_SECOND, SIZE)
    pictures = [_enlarge(sample) for sample in sorted(samples.iterdir())]
    shot_frames = SHOT_SECONDS * CLIP_FRAMES_PER_SECOND
    for number in range(seconds * CLIP_FRAMES_PER_SECOND):
        shot, frame = divmod(number, shot_frames)
        picture = pictures[shot % len(pictures)]
        x, y = (
            round(left * frame / shot_frames)
            for left in (picture.shape[1] - SIZE[0], picture.shape[0] - SIZE[1])
        )
        writer.write(np.ascontiguousarray(picture[y : y + SIZE[1], x : x + SIZE[0]]))
    writer.release()


def _enlarge(sample: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(H, W, 3) BGR with room for the camera to move."""
    with Image.open(sample) as image:
        scale = 1.15 * max(SIZE[0] / image.width, SIZE[1] / image.height)
        size = round(image.width * scale), round(image.height * scale)
        return np.asarray(image.convert("RGB").resize(size))[:, :, ::-1]


class Sides:
    """Opens sides and runs them in turn; the processes of the one with one slot are watched."""

    def __init__(self, settings: Settings, clip: Path, folder: Path) -> None:
        self._settings = settings
        self._clip = clip
        self._folder = folder
        self.watch = StackWatch()

    def run(self, names: Sequence[str], count: int) -> Rounds:
        measured: Rounds = {name: [] for name in names}
        with ExitStack() as stacks:
            runs = {name: self._open(name, stacks) for name in names}
            for _ in range(count):
                for name, run in runs.items():
                    measured[name].append(run())
        _require_same(measured)
        return measured

    def _open(self, name: str, stacks: ExitStack) -> Callable[[], Round]:
        slots = 2 if name.startswith("two") else 1
        if name.endswith("bare"):
            return partial(_run_bare, self._settings, self._clip, slots)
        client, processes = stacks.enter_context(
            run_watched_stack(
                self._settings, self._folder / f"data-{slots}", self._clip.parent, slots
            )
        )
        run = partial(_run_system, client, self._clip)
        return run if slots == 2 else partial(self.watch.run, processes, run)


def _run_bare(settings: Settings, clip: Path, loops: int) -> Round:
    """Each loop takes its part of the video."""
    parts = [(settings, clip, part, loops) for part in range(loops)]
    seconds, (frames, faces) = run_loops(_loop, parts)
    return Round(seconds, frames, faces)


def _loop(start: Start, settings: Settings, clip: Path, part: int, parts: int) -> None:
    """Decode all, detect and analyze the faces of the sampled frames: nothing else."""
    analyzer, frames, faces = open_analyzers(settings).get(settings.pack), 0, 0
    with clip.open("rb") as file:
        video = Video(
            Ffmpeg.find(settings.ffmpeg),
            file,
            max_pixels=10**8,
            working_size=WORKING_SIZES[DetectionMode.NORMAL],
        )
        grid = Grid(FRAMES_PER_SECOND)
        times = grid.count(video.header.duration_seconds or 0)
        edges = [round(times * edge / parts) for edge in (part, part + 1)]
        start.wait()
        for frame in video.sample(grid, *edges):
            if frame is not None:
                [found] = analyzer.detect([frame.picture])
                faces += len(analyzer.estimate(found.faces))
                frames += 1
    start.counts.put((frames, faces))


def _run_system(client: Client, clip: Path) -> Round:
    """From the job's acceptance to its end, by its own timestamps."""
    job = client.submit_items([Item(clip.as_uri(), clip.name)], SUBMISSION)
    while job.timestamps.finished is None:
        sleep(POLL_SECONDS)
        job = job.refresh()
    seconds = (job.timestamps.finished - job.timestamps.created).total_seconds()
    if job.counts.done != 1:
        program.fail("The video failed.")
    [result] = job.results()
    if result.video is None:
        program.fail(f"{result.name} is not a video.")
    return Round(seconds, result.video.frames, job.counts.faces)


def _require_same(measured: Rounds) -> None:
    """Every side analyzed the same frames and found the same faces in them, in every round."""
    found = {(one.pictures, one.faces) for rounds in measured.values() for one in rounds}
    if len(found) != 1 or min(found)[1] == 0:
        program.fail(f"The sides differ in (frames, faces): {sorted(found)}.")


def _report(
    out: Path,
    machine: dict[str, object],
    rounds: Rounds,
    costs: dict[str, float],
) -> None:
    ratios = {
        name: median(compare(rounds[some], rounds[others]))
        for name, (some, others) in RATIOS.items()
        if some in rounds and others in rounds
    }
    first, *_ = next(iter(rounds.values()))
    speeds = {side: median_speed(measured) for side, measured in rounds.items()}
    figures = {
        **machine,
        "frames": first.pictures,
        "faces": first.faces,
        **ratios,
        "core_ms_by_program": costs,
        "frames_per_second": {side: round(speed, 2) for side, speed in speeds.items()},
        "rounds": {side: [asdict(one) for one in measured] for side, measured in rounds.items()},
    }
    program.write_figures(out, "video", figures)
    for side, speed in speeds.items():
        program.say(f"{SIDES[side]:16} {speed:7.1f} frames/s analyzed")
    for name, ratio in ratios.items():
        program.say(f"{name:16} {ratio:7.2f} (median of the rounds)")
    if costs:
        program.say("With one slot, processor time of a frame in ms:")
    for name, milliseconds in costs.items():
        program.say(f"{name:16} {milliseconds:7.2f}")


if __name__ == "__main__":
    main()
