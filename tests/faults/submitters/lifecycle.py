"""What submitters do meanwhile, at random moments, over HTTP: submit while the API is killed, send
drafts, cancel, retry, erase, fill the disk, and ask for one picture at once.
"""

import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
from kombu.exceptions import OperationalError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from api.schemas.faces import FaceOut
from db.item_values import StoredFace
from db.tables.chunks import ChunkRow
from tests.faults.checks.invariants import GENDER_MIN_PROBABILITY
from tests.faults.cluster.cluster import Cluster
from tests.faults.pictures import draw_picture, expect_faces, name_items
from tests.faults.schedule import Faults
from tests.faults.submitters.submitter import Submitter

SMALL_JOB_ITEMS = 60
DRAFT_PART_ITEMS = 15
LONGEST_CALL_SECONDS = 0.05
END_SECONDS = 300.0
FILLING_BYTES = 40_000
FILLING_UPLOADS = 6


@dataclass(frozen=True, slots=True)
class SentJob:
    """A job sent meanwhile, to be compared with a fault-free run at the end."""

    id: int
    names: list[str]
    retries: int = 0
    is_erased: bool = False


class Lifecycle:
    """Makes the calls of submitters; each is counted, and its jobs are remembered."""

    def __init__(self, faults: Faults) -> None:
        self.violations: list[str] = []
        self.sent: list[SentJob] = []
        self._faults = faults
        self._cluster: Cluster = faults.cluster
        self._random: Random = faults.random
        self._submitter = Submitter(self._cluster.url)
        self._number = 0
        self._names: dict[int, str] = {}

    def close(self) -> None:
        self._submitter.close()

    @property
    def repeats(self) -> int:
        return self._submitter.repeats

    def _name_items(self, **kinds: int) -> list[str]:
        return name_items(SMALL_JOB_ITEMS, **kinds)

    def _submit(self, names: list[str]) -> int:
        job_id = self._submitter.submit(names)
        self._cluster.watcher.watch(job_id)
        return job_id

    def kill_api_in_submission(self, in_parts: bool | None = None) -> bool:
        """The API is killed while it accepts a job, or a part of one; the submitter retries."""
        names = self._name_items(bad=1)
        if in_parts is None:
            in_parts = self._random.random() < 0.5
        with ThreadPoolExecutor(1) as thread:
            if in_parts:
                sending = thread.submit(self._submitter.submit_draft, names, DRAFT_PART_ITEMS)
            else:
                sending = thread.submit(self._submitter.submit, names)
            time.sleep(LONGEST_CALL_SECONDS * self._random.random() * (4 if in_parts else 1))
            self._cluster.api[0].send_all(signal.SIGKILL)
            job_id = sending.result()
        self._cluster.watcher.watch(job_id)
        self.sent.append(SentJob(job_id, names))
        return True

    def send_draft(self) -> bool:
        names = self._name_items(bad=1)
        job_id = self._submitter.submit_draft(names, DRAFT_PART_ITEMS)
        self._cluster.watcher.watch(job_id)
        self.sent.append(SentJob(job_id, names))
        return True

    def cancel(self) -> bool:
        names = self._name_items(bad=1)
        job_id = self._submit(names)
        time.sleep(self._random.random())
        self._submitter.cancel(job_id)
        self.sent.append(SentJob(job_id, names))
        return True

    def retry(self) -> bool:
        names = self._name_items(bad=2)
        job_id = self._submit(names)
        deadline = time.monotonic() + END_SECONDS
        while self._submitter.read(job_id)["timestamps"]["finished"] is None:
            if time.monotonic() > deadline:
                self.violations.append(f"I7: job {job_id} did not end")
                return False
            time.sleep(0.2)
        is_retried = self._submitter.retry(job_id)
        # A call that broke off may have retried the job: the calls after it are refused.
        self.sent.append(SentJob(job_id, names, retries=2))
        return is_retried

    def erase(self) -> bool:
        """At any time; afterwards, hints of its chunks arrive late."""
        names = self._name_items(bad=1)
        job_id = self._submit(names)
        time.sleep(2 * self._random.random())
        chunk_ids = self._read_chunk_ids(job_id)
        self._submitter.erase(job_id)
        self.sent.append(SentJob(job_id, names, is_erased=True))
        try:
            self._faults.send_hints(chunk_ids)
        except OperationalError:
            return True
        self._faults.counts["late hints of erased jobs"] += len(chunk_ids)
        return True

    def _read_chunk_ids(self, job_id: int) -> list[int]:
        try:
            with self._cluster.database.read() as session:
                return list(
                    session.scalars(select(ChunkRow.id).where(ChunkRow.job_id == job_id).limit(5))
                )
        except DBAPIError:
            return []

    def fill_disk(self) -> bool:
        """Upload until the disk is full: the refusal is clear, and an erasure makes room."""
        sizes = [FILLING_BYTES] * FILLING_UPLOADS + [2 * (self._cluster.options.store_bytes or 0)]
        accepted: list[int] = []
        for size_bytes in sizes:
            answer = self._upload(size_bytes, accepted)
            if answer.status_code != httpx.codes.ACCEPTED:
                break
        refused = _explain_refusal(answer)
        if refused is not None:
            self.violations.append(f"a full disk: {refused}")
        self._make_room(accepted)
        return refused is None

    def _upload(self, size_bytes: int, accepted: list[int]) -> httpx.Response:
        self._number += 1
        name = f"face-{self._number}.png"
        # Bytes after the end of a PNG file are not part of the picture.
        answer = self._submitter.upload({name: draw_picture(name).ljust(size_bytes, b"\0")})
        if answer.status_code == httpx.codes.ACCEPTED:
            accepted.append(int(answer.json()["id"]))
            self._cluster.watcher.watch(accepted[-1])
            self._names[accepted[-1]] = name
        return answer

    def _make_room(self, job_ids: list[int]) -> None:
        for job_id in job_ids:
            self._cluster.follow(job_id)
            difference = self._cluster.compare(job_id, [self._names[job_id]])
            self.violations += difference.violations
            self._submitter.erase(job_id)
        for job_id in job_ids:
            self._cluster.wait_until(lambda job_id=job_id: self._is_erased(job_id), "room")
            self.sent.append(SentJob(job_id, [], is_erased=True))
        again: list[int] = []
        if self._upload(0, again).status_code != httpx.codes.ACCEPTED:
            self.violations.append("a disk with room again refuses uploads")
        self.sent += [SentJob(job_id, [self._names[job_id]]) for job_id in again]

    def _is_erased(self, job_id: int) -> bool:
        return self._submitter.read(job_id)["erased"]["erased_at"] is not None


def _explain_refusal(answer: httpx.Response) -> str | None:
    """What is wrong with the error for a full disk; None if it is clear."""
    if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
        return f"answered {answer.status_code}"
    error = answer.json()["error"]
    is_clear = error["code"] == "storage_unavailable" and "Try again later" in error["message"]
    return None if is_clear else str(error)


class Asker:
    """Requests the faces of one picture after another: each answer is correct, or a clear error."""

    def __init__(self, url: str, pause_seconds: float = 0.2) -> None:
        self.counts: Counter[str] = Counter()
        self.violations: list[str] = []
        self._url = url
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="asker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        submitter, number = Submitter(self._url), 0
        while not self._stopping.wait(self._pause_seconds):
            number += 1
            self._ask(submitter, f"face-{number}.png")
        submitter.close()

    def _ask(self, submitter: Submitter, name: str) -> None:
        try:
            answer = submitter.analyze(draw_picture(name))
        except httpx.TransportError:
            # The API was killed meanwhile: the caller knows that there is no answer.
            self.counts["analyze: connection broke"] += 1
            return
        if answer.is_success:
            self.counts["analyze: answered"] += 1
            if answer.json()["faces"] != _expect_answer(name):
                self.violations.append(f"analyze: {name} got {answer.text}")
        elif answer.is_server_error and "error" in answer.json():
            self.counts["analyze: refused"] += 1
        else:
            self.violations.append(f"analyze: {name} got {answer.status_code}: {answer.text}")


def _expect_answer(name: str) -> list[dict[str, Any]]:
    stored = [
        StoredFace(face, face.gender_value(GENDER_MIN_PROBABILITY)) for face in expect_faces(name)
    ]
    return [FaceOut.of(one).model_dump(mode="json") for one in stored]


CALLS = {
    "api killed in a submission": Lifecycle.kill_api_in_submission,
    "draft sent": Lifecycle.send_draft,
    "job cancelled": Lifecycle.cancel,
    "job retried": Lifecycle.retry,
    "job erased": Lifecycle.erase,
    "disk full": Lifecycle.fill_disk,
}
