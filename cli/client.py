"""The HTTP API as calls: values in and out, and every failure as one clear line."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from ipaddress import ip_address
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from api.schemas.audience import AudienceOut
from api.schemas.errors import ErrorBody
from api.schemas.health import HealthOut
from api.schemas.jobs import JobOut, JobsOut
from cli.exits import CommandFailed
from models.blocks import BLOCK_BYTES

# An answer comes within this time; to a submission, whose items are stored first, it may take more.
CONNECT_SECONDS = 10.0
TIMEOUT_SECONDS = 30.0
SUBMIT_TIMEOUT_SECONDS = 900.0

Answer = TypeVar("Answer", bound=BaseModel)
Parameters = Mapping[str, str | int | float | None]


class ServerAway(CommandFailed):
    """No answer, or a server that asks to be left alone for a moment: ask again later."""


class Client:
    """Calls of one server."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self.url = (url if "://" in url else f"http://{url}").rstrip("/")
        try:
            self._http = httpx.Client(
                base_url=self.url,
                headers={"Authorization": f"Bearer {key.strip()}"} if key else {},
                timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
                # No proxy leads to a server on this machine.
                trust_env=not _is_local(httpx.URL(self.url).host),
            )
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise CommandFailed(f"The server's address or key is not valid: {error}.") from error

    def close(self) -> None:
        self._http.close()

    def submit(
        self, body: Iterable[bytes], content_type: str, length_bytes: int | None = None
    ) -> JobOut:
        """Send a submission that is made while it is sent."""
        headers = {"Content-Type": content_type}
        if length_bytes is not None:
            headers["Content-Length"] = str(length_bytes)
        timeout = httpx.Timeout(SUBMIT_TIMEOUT_SECONDS, connect=CONNECT_SECONDS)
        request = self._http.build_request(
            "POST", "/v1/jobs", content=body, headers=headers, timeout=timeout
        )
        return self._read(request, JobOut)

    def read_job(self, job_id: int) -> JobOut:
        return self._get(f"/v1/jobs/{job_id}", JobOut)

    def read_jobs(self, state: str | None, limit: int, cursor: int | None = None) -> JobsOut:
        """A page of jobs, the newest first."""
        return self._get("/v1/jobs", JobsOut, {"state": state, "limit": limit, "cursor": cursor})

    def append_lines(self, job_id: int, lines: bytes, key: str) -> JobOut:
        """Add items to a draft, once however often it is sent under this key."""
        headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": key}
        timeout = httpx.Timeout(SUBMIT_TIMEOUT_SECONDS, connect=CONNECT_SECONDS)
        path = f"/v1/jobs/{job_id}/items"
        return self._read(
            self._http.build_request("POST", path, content=lines, headers=headers, timeout=timeout),
            JobOut,
        )

    def finalize_job(self, job_id: int) -> JobOut:
        return self._change("POST", job_id, "/finalize")

    def cancel_job(self, job_id: int) -> JobOut:
        return self._change("POST", job_id, "/cancel")

    def resume_job(self, job_id: int) -> JobOut:
        return self._change("POST", job_id, "/resume")

    def retry_job(self, job_id: int) -> JobOut:
        return self._change("POST", job_id, "/retry")

    def erase_job(self, job_id: int) -> JobOut:
        return self._change("DELETE", job_id, "")

    def _change(self, method: str, job_id: int, call: str) -> JobOut:
        return self._read(self._http.build_request(method, f"/v1/jobs/{job_id}{call}"), JobOut)

    def read_results(self, job_id: int, parameters: Parameters) -> Iterator[bytes]:
        """The results in pieces, in any format."""
        with self._stream(f"/v1/jobs/{job_id}/results", parameters) as response:
            yield from response.iter_bytes(BLOCK_BYTES)

    def read_result_lines(self, job_id: int, parameters: Parameters) -> Iterator[str]:
        """The results line by line, each the JSON of one item."""
        with self._stream(
            f"/v1/jobs/{job_id}/results", {**parameters, "format": "ndjson"}
        ) as response:
            yield from response.iter_lines()

    def read_audience(self, parameters: Parameters) -> AudienceOut:
        return self._get("/v1/audience", AudienceOut, parameters)

    def read_audience_table(self, parameters: Parameters) -> Iterator[bytes]:
        """The groups of the audience in pieces, as CSV or Parquet."""
        with self._stream("/v1/audience", parameters) as response:
            yield from response.iter_bytes(BLOCK_BYTES)

    def read_report(self, job_id: int) -> bytes:
        """The job as an HTML page."""
        return self._send(self._http.build_request("GET", f"/v1/jobs/{job_id}/report")).content

    def read_thumbnail(self, item_id: int) -> bytes:
        return self._send(self._http.build_request("GET", f"/v1/items/{item_id}/thumbnail")).content

    def read_video(self, item_id: int) -> Iterator[bytes]:
        """The annotated copy of a video in pieces."""
        with self._stream(f"/v1/items/{item_id}/video", {}) as response:
            yield from response.iter_bytes(BLOCK_BYTES)

    def read_health(self) -> HealthOut:
        """Whether jobs can be submitted; raises ServerAway where they cannot."""
        return self._get("/readyz", HealthOut)

    def _get(self, path: str, answer: type[Answer], parameters: Parameters | None = None) -> Answer:
        query = _drop_empty(parameters or {})
        return self._read(self._http.build_request("GET", path, params=query), answer)

    def _read(self, request: httpx.Request, answer: type[Answer]) -> Answer:
        response = self._send(request)
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            problem = f"What answers at {self.url} is no Facetally, or one of another version."
            raise CommandFailed(problem) from error

    def _send(self, request: httpx.Request) -> httpx.Response:
        with self._explained():
            response = self._http.send(request)
        self._refuse_error(response)
        return response

    @contextmanager
    def _stream(self, path: str, parameters: Parameters) -> Iterator[httpx.Response]:
        with self._explained(), self._http.stream("GET", path, params=_drop_empty(parameters)) as r:
            if r.is_error:
                r.read()
                self._refuse_error(r)
            yield r

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ServerAway(
                f"No Facetally answers at {self.url}: start one with `facetally serve`, "
                "or give --url."
            ) from error
        except httpx.TimeoutException as error:
            raise ServerAway(f"{self.url} did not answer in time; try again.") from error
        except httpx.UnsupportedProtocol as error:
            raise CommandFailed(f"{self.url} is no http:// or https:// address.") from error
        except httpx.RequestError as error:
            raise ServerAway(f"The connection to {self.url} broke: {error}.") from error

    def _refuse_error(self, response: httpx.Response) -> None:
        if response.is_success:
            return
        message = _read_message(response)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            message += " Give it with --key, or set FACETALLY_KEY."
        if response.status_code in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY):
            raise ServerAway(message)
        raise CommandFailed(message)


def _read_message(response: httpx.Response) -> str:
    try:
        return ErrorBody.model_validate_json(response.content).error.message
    except ValidationError:
        return f"{response.url.host} answered {response.status_code} {response.reason_phrase}."


def _drop_empty(parameters: Parameters) -> dict[str, str | int | float]:
    return {name: value for name, value in parameters.items() if value is not None}


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
