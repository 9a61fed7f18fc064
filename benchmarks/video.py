"""How much of the machine reaches the frames of a video: the system with one worker against a bare
loop that decodes and detects, and with two workers against one; and two such loops side by side
against one, which is what the machine's second core is good for.

All in one run, in turns, since machines drift; the median of the rounds' ratios counts.
"""

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median
from time import monotonic, sleep

import cv2
import numpy as np
from PIL import Image

from api.schemas.requests import ItemBody
from benchmarks.nets import open_analyzer
from cli.client import Client
from cli.environment import read_settings
from cli.stack.stack import StackPlan, run_stack
from cli.uploads.job_fields import JobFields
from cli.uploads.sending import submit_items
from db.values import JobOptions, ThumbnailKind
from models.videos.reader import Grid, Video
from models.weights.manifest import SAMPLES, require_file
from worker.settings import WORKING_SIDE_PIXELS, Settings

OUT = Path("benchmarks/out/video.json")
# Asked rarely, as whoever asks takes the processors' time; how long it took the job tells itself.
POLL_SECONDS = 0.5
SIZE = (1280, 720)
CLIP_FRAMES_PER_SECOND = 25
SHOT_SECONDS = 5
# What is asked of the system and of the loop alike.
FIELDS = JobFields(options=JobOptions(thumbnails=ThumbnailKind.NONE))
SIDES = {
    "bare": "bare loop",
    "two_bare": "two bare loops",
    "one": "one worker",
    "two": "two workers",
}
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Round:
    """One pass over the video; `frames` were looked at."""

    seconds: float
    frames: int

    @property
    def frames_per_second(self) -> float:
        return self.frames / self.seconds


def main() -> None:
    arguments = _read_arguments()
    settings = read_settings(provider="cpu")
    for sample in SAMPLES:
        require_file(settings.weights_dir, sample)
    with tempfile.TemporaryDirectory(prefix="facetally-bench-") as folder:
        clip = Path(folder) / "clip.mp4"
        _write_clip(clip, settings.weights_dir / "samples", arguments.seconds)
        rounds = _measure(settings, clip, arguments.rounds)
    _report(rounds)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=900, help="how long the video is")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each, in turns")
    return parser.parse_args()


def _write_clip(path: Path, samples: Path, seconds: int) -> None:
    """A camera that moves over one sample photograph after the other."""
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


def _measure(settings: Settings, clip: Path, rounds: int) -> dict[str, list[Round]]:
    measured: dict[str, list[Round]] = {side: [] for side in SIDES}
    with ExitStack() as stack:
        one, two = (stack.enter_context(_run_stack(settings, clip, slots)) for slots in (1, 2))
        for _ in range(rounds):
            measured["bare"].append(_run_bare(settings, clip, 1))
            measured["one"].append(_run_system(one, clip))
            measured["two_bare"].append(_run_bare(settings, clip, 2))
            measured["two"].append(_run_system(two, clip))
    return measured


@contextmanager
def _run_stack(settings: Settings, clip: Path, slots: int) -> Iterator[Client]:
    changes: dict[str, object] = {
        "data_dir": clip.parent / f"data-{slots}",
        "port": 0,
        "workers": slots,
        "file_roots": (clip.parent.resolve(),),
        "database_url": "",
        "store_url": "",
    }
    own = settings.model_copy(update=changes).complete()
    plan = StackPlan(own, interactive=False, logs_in_files=True, early_ends_allowed=0)
    with run_stack(plan) as stack, closing(Client(stack.url)) as client:
        yield client


def _run_bare(settings: Settings, clip: Path, loops: int) -> Round:
    """Each loop in a process of its own with its part of the video; opening nets is not counted."""
    context = multiprocessing.get_context("spawn")
    start, counts = context.Barrier(loops + 1), context.SimpleQueue()
    processes = [
        context.Process(target=_loop, args=(settings, clip, part, loops, start, counts))
        for part in range(loops)
    ]
    for process in processes:
        process.start()
    start.wait(timeout=START_SECONDS)
    started = monotonic()
    frames = sum(counts.get() for _ in processes)
    seconds = monotonic() - started
    for process in processes:
        process.join()
    return Round(seconds, frames)


def _loop(
    settings: Settings, clip: Path, part: int, parts: int, start: Barrier, counts: object
) -> None:
    """Decode all, find and classify the faces of the frames that are looked at: nothing else."""
    analyzer, frames = open_analyzer(settings), 0
    with clip.open("rb") as file:
        video = Video(file, max_pixels=10**8, working_side=WORKING_SIDE_PIXELS)
        grid = Grid(FIELDS.options.frames_per_second)
        places = grid.count(video.header.duration_seconds or 0)
        edges = [round(places * edge / parts) for edge in (part, part + 1)]
        start.wait(timeout=START_SECONDS)
        for frame in video.sample(grid, *edges):
            if frame is not None:
                [found] = analyzer.find([frame.picture])
                analyzer.classify(found.faces)
                frames += 1
        video.close()
    counts.put(frames)  # type: ignore[attr-defined]  # multiprocessing names no type of its queues


def _run_system(client: Client, clip: Path) -> Round:
    """From the job's acceptance to its end, as it tells them."""
    job = submit_items(client, [ItemBody(uri=clip.as_uri(), name=clip.name)], FIELDS)
    while job.timestamps.finished is None:
        sleep(POLL_SECONDS)
        job = client.read_job(job.id)
    seconds = (job.timestamps.finished - job.timestamps.created).total_seconds()
    if job.counts.done != 1:
        sys.exit("The video failed: nothing was measured.")
    [line] = client.read_result_lines(job.id, {})
    return Round(seconds, json.loads(line)["video"]["frames"])


def _report(rounds: dict[str, list[Round]]) -> None:
    ratios = {
        "system_to_bare": _compare(rounds["one"], rounds["bare"]),
        "two_to_one": _compare(rounds["two"], rounds["one"]),
        "two_bare_to_bare": _compare(rounds["two_bare"], rounds["bare"]),
    }
    speeds = {
        side: median(one.frames_per_second for one in measured) for side, measured in rounds.items()
    }
    summary = {
        "cores": os.cpu_count(),
        "frames": rounds["bare"][0].frames,
        **ratios,
        "frames_per_second": {side: round(speed, 2) for side, speed in speeds.items()},
        "rounds": {side: [asdict(one) for one in measured] for side, measured in rounds.items()},
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(summary, indent=2) + "\n")
    for side, name in SIDES.items():
        sys.stdout.write(f"{name:16} {speeds[side]:7.1f} frames/s looked at\n")
    for name, ratio in ratios.items():
        sys.stdout.write(f"{name:16} {ratio:7.2f} (median of {len(rounds['bare'])} rounds)\n")


def _compare(some: Sequence[Round], others: Sequence[Round]) -> float:
    pairs = zip(some, others, strict=True)
    ratio = median(one.frames_per_second / other.frames_per_second for one, other in pairs)
    return round(ratio, 3)


if __name__ == "__main__":
    main()
