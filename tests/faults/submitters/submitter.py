"""A submitter over HTTP that retries every unanswered call, as the API's documents ask for."""

import json
import time
from collections.abc import Sequence
from secrets import token_hex
from typing import Any

import httpx

from tests.faults.pictures import SCHEME

REPEAT_SECONDS = 0.1
PATIENCE_SECONDS = 180.0
NO_THUMBNAILS = {"thumbnails": "none"}


class NotAnswered(Exception):
    """The API gave no usable answer for a long time."""


class Submitter:
    """Calls an API; each call is retried under one Idempotency-Key until it is answered."""

    def __init__(self, url: str) -> None:
        self.repeats = 0
        self._client = httpx.Client(base_url=url, timeout=20, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def submit(self, names: Sequence[str], **fields: object) -> int:
        """Submit one job, whatever breaks; its tag shows whether it was accepted twice."""
        body = {"items": list_items(names), **make_fields(), **fields}
        return int(self._send("POST", "/v1/jobs", json=body).json()["id"])

    def submit_draft(self, names: Sequence[str], piece_items: int) -> int:
        """Submit one job in parts."""
        draft = {"draft": True, **make_fields()}
        job_id = int(self._send("POST", "/v1/jobs", json=draft).json()["id"])
        for start in range(0, len(names), piece_items):
            lines = map(json.dumps, list_items(names[start : start + piece_items]))
            self._send(
                "POST",
                f"/v1/jobs/{job_id}/items",
                content="\n".join(lines).encode(),
                headers={"Content-Type": "application/x-ndjson"},
            )
        self._send("POST", f"/v1/jobs/{job_id}/finalize")
        return job_id

    def upload(self, files: dict[str, bytes]) -> httpx.Response:
        """Upload files once; the caller checks the response."""
        parts = [("files", (name, content)) for name, content in files.items()]
        tags = {"options": json.dumps(NO_THUMBNAILS), "tags": token_hex(8)}
        return self._client.post("/v1/jobs", files=parts, data=tags)

    def cancel(self, job_id: int) -> None:
        self._send("POST", f"/v1/jobs/{job_id}/cancel")

    def retry(self, job_id: int) -> bool:
        """False if the job had nothing to retry, or was retried by a call that broke off."""
        return self._send("POST", f"/v1/jobs/{job_id}/retry").status_code == httpx.codes.ACCEPTED

    def erase(self, job_id: int) -> None:
        self._send("DELETE", f"/v1/jobs/{job_id}")

    def read(self, job_id: int) -> dict[str, Any]:
        job: dict[str, Any] = self._send("GET", f"/v1/jobs/{job_id}").json()
        return job

    def analyze(self, picture: bytes) -> httpx.Response:
        """Sent once: nothing is stored."""
        return self._client.post("/v1/analyze", content=picture)

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = {"Idempotency-Key": token_hex(16), **content.pop("headers", {})}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = self._client.request(method, path, headers=headers, **content)
            except httpx.TransportError:
                answer = None
            if answer is not None and not _is_to_repeat(answer):
                return answer
            self.repeats += 1
            time.sleep(REPEAT_SECONDS)
        raise NotAnswered(f"{method} {path}")


def _is_to_repeat(answer: httpx.Response) -> bool:
    """The server is failing, or still handles the first of two calls under one key."""
    being_worked_on = "being worked on" in answer.text if answer.status_code == 409 else False
    return answer.is_server_error or being_worked_on


def list_items(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"uri": SCHEME + name, "name": name} for name in names]


def make_fields() -> dict[str, object]:
    return {"options": NO_THUMBNAILS, "tags": [token_hex(8)]}
