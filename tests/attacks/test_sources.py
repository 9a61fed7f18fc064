"""What is sent leads nowhere: no address into the operator's network, no path out of a folder, no
name that a browser would run."""

import json
import re
from itertools import product
from pathlib import Path

import httpx
import pytest

from tests.support.media.archives import PICTURE
from tests.support.media.hostile_archives import hostile_tar, hostile_zip
from tests.support.programs.cli import wait_for
from tests.support.programs.target import Target, make_head, read_answer

# All ways to write an address of this machine, of the networks behind it, of what clouds tell
# their machines, and of what is no host at all.
HOSTS = (
    "127.0.0.1", "localhost", "LOCALHOST", "127.1", "127.0.1", "2130706433", "0",
    "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "10.0.0.1",
    "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "[fe80::1]", "[fd00:ec2::254]",
    "224.0.0.1", "255.255.255.255", "198.18.0.1", "[ff02::1]", "1.1.1.1@127.0.0.1", "①27.0.0.1",
)  # fmt: skip
SHAPES = (
    "https://{}/a.jpg", "https://{}:443/a.jpg", "https://{}:6379/a.jpg", "http://{}/a.jpg",
    "https://user:word@{}/a.jpg",
)  # fmt: skip
FILES = (
    "file:///etc/passwd", "file:////etc/passwd", "file://localhost/etc/passwd", "/etc/passwd",
    "file:///proc/self/environ", "file:///etc/../etc/passwd", "file:///%2e%2e/etc/passwd",
    "store:../../facetally.sqlite3", "store:/etc/passwd", "store:x/../../../etc/passwd",
    "gopher://127.0.0.1:6379/_INFO", "dict://127.0.0.1:6379/INFO", "ftp://127.0.0.1/a.jpg",
    "unix:///run/docker.sock", "s3://bucket/a.jpg", "data:image/png;base64,AAAA", "javascript:1",
)  # fmt: skip
# None of these was connected to, or opened.
REFUSED = {"forbidden_source", "unsupported", "not_found"}
SCRIPT = "<script>alert(1)</script>"
PATHS = (
    "/static/x/../../app.py", "/static/x/..%2f..%2fapp.py", "/static/x/%2e%2e/%2e%2e/app.py",
    "/static/x/..%5c..%5capp.py", "/static/x//etc/passwd", "/static/../app.py", "//etc/passwd",
    "/docs/assets/../../../etc/passwd", "/docs/assets/..%2f..%2f..%2fetc%2fpasswd",
    "/samples/..%2f..%2fetc%2fpasswd", "/samples/%2fetc%2fpasswd", "/v1/evaluations/..%2f..%2fx",
    "/static/x/app.js%00.css", "/static/x/%c0%ae%c0%ae/app.py", "/v1/jobs/1/pieces/..%2f..%2fx",
)  # fmt: skip


def submit(target: Target, **body: object) -> int:
    job: int = target.client.post("/v1/jobs", **body).raise_for_status().json()["id"]
    return job


def read_errors(target: Target, job: int) -> dict[str, str]:
    """The error of each item by its name, once the job has ended; "" where it has none."""
    wait_for(
        lambda: target.client.get(f"/v1/jobs/{job}").json()["timestamps"]["finished"], "the end"
    )
    found = target.client.get(f"/v1/jobs/{job}/results?limit=1000").json()["results"]
    assert target.client.delete(f"/v1/jobs/{job}").status_code == 202
    return {one["name"]: (one["error"] or {"code": ""})["code"] for one in found}


def test_no_address_leads_into_the_network_or_to_files(target: Target) -> None:
    uris = [shape.format(host) for shape, host in product(SHAPES, HOSTS)]
    items = [{"uri": uri, "name": uri} for uri in [*uris, *FILES]]
    errors = read_errors(target, submit(target, json={"items": items}))
    assert len(errors) == len(items)
    assert {uri: code for uri, code in errors.items() if code not in REFUSED} == {}


def test_the_server_fetches_no_list_or_folder_from_there(target: Target) -> None:
    """These are read by the API itself."""
    for uri in (*(f"https://{host}/list.csv" for host in HOSTS), *FILES):
        for body in ({"manifest": uri}, {"folder": {"uri": uri}}):
            answer = target.client.post("/v1/jobs", json=body)
            assert answer.status_code in (403, 404, 415, 422), (body, answer.text)


def test_nothing_is_sent_there(target: Target) -> None:
    for host in (*HOSTS, "127.0.0.1:6379"):
        for scheme in ("https", "http"):
            url = {"url": f"{scheme}://{host}/hook"}
            answer = target.client.post("/v1/webhooks", json=url)
            assert answer.status_code == 422, (url, answer.text)
    for uri in FILES:
        body = {"items": [{"uri": "file:///a"}], "options": {"results_to": uri}}
        assert target.client.post("/v1/jobs", json=body).status_code in (403, 422), uri


@pytest.mark.parametrize(
    ("name", "archive"), [("a.zip", hostile_zip()), ("a.tgz", hostile_tar())], ids=["zip", "tar"]
)
def test_no_member_of_an_archive_leaves_its_folder(
    target: Target, name: str, archive: bytes
) -> None:
    before = set(target.data.parent.rglob("*.jpg")) | set(Path("/").glob("*.jpg"))
    errors = read_errors(target, submit(target, files={"files": (name, archive)}))
    assert errors.pop("good.jpg") == ""
    outside = {member for member in errors if ".." in member or "link" in member or "C:" in member}
    assert {errors[member] for member in outside} == {"forbidden_source"}
    assert set(target.data.parent.rglob("*.jpg")) | set(Path("/").glob("*.jpg")) == before


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_a_folder(target: Target, path: str) -> None:
    with target.connect() as connection:
        connection.sendall(make_head("GET", path, "Connection: close"))
        status, body = read_answer(connection)
    assert status in (400, 404, 422)
    assert b"root:" not in body
    assert b"create_app" not in body


def test_no_name_is_run_by_a_browser(target: Target) -> None:
    fields = dict.fromkeys(("name", "notes", "tags"), SCRIPT)
    files = {"files": (f"{SCRIPT}.jpg", PICTURE)}
    place = json.dumps({"place": SCRIPT})
    job = submit(target, data={**fields, "dimensions": place}, files=files)
    wait_for(
        lambda: target.client.get(f"/v1/jobs/{job}").json()["timestamps"]["finished"], "the end"
    )
    [item] = target.client.get(f"/v1/jobs/{job}/results").json()["results"]
    shown = 0
    for path in (
        "/", "/jobs", f"/jobs/{job}", f"/jobs/{job}/edit", f"/jobs/{job}/erase", "/audience",
        f"/jobs/{job}/card", f"/jobs/{job}/items", f"/items/{item['item']}", f"/audience?job={job}",
        f"/audience?tag={SCRIPT}", f"/jobs?find={SCRIPT}", f"/login?next=/{SCRIPT}", "/playlists",
        f"/v1/jobs/{job}/report", f"/v1/jobs/{job}/results?format=csv", f"/{SCRIPT}",
    ):  # fmt: skip
        answer = target.client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "unsafe-inline" not in script_policy(answer)
        if answer.headers["Content-Type"].startswith("text/html"):
            shown += "&lt;script&gt;" in answer.text
            assert SCRIPT not in answer.text, path
    assert shown > 5
    assert target.client.delete(f"/v1/jobs/{job}").status_code == 202


def script_policy(answer: httpx.Response) -> str:
    """What the policy says of scripts."""
    policy = answer.headers["Content-Security-Policy"]
    found = re.search(r"(?:script-src|default-src) [^;]*", policy)
    return found[0] if found else "unsafe-inline"
