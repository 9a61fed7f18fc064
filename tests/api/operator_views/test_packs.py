"""The packs that jobs may ask for, with what workers have."""

from flask.testing import FlaskClient

from db.engine import Database
from db.pack_values import PackVersion
from db.processes import record_heartbeat
from db.states import ProcessRole
from tests.support.answers.http import OpenClient
from tests.support.models.packs import make_version
from worker.settings import Settings

PAGE = {"Accept": "text/html"}


def start_worker(settings: Settings, name: str, *packs: PackVersion) -> None:
    database = Database(settings.database_url)
    with database.write() as session:
        record_heartbeat(session, name, ProcessRole.BULK, 1, packs)
    database.close()


def test_the_default_pack_is_listed_as_it_would_be_used(client: FlaskClient) -> None:
    [pack] = client.get("/v1/packs").json["packs"]

    assert (pack["name"], pack["default"]) == ("default", True)
    assert pack["title"]
    [version] = pack["versions"]
    assert version["workers"] == 0
    assert all(file["license"] and file["training_data"] for file in version["files"])


def test_packs_have_the_versions_that_workers_have(
    open_client: OpenClient, settings: Settings
) -> None:
    client = open_client(packs=("default", "mine"))
    mine = make_version("mine")
    start_worker(settings, "worker@a:1", make_version(), mine)
    start_worker(settings, "worker@b:1", make_version(version="2"), mine)
    default, other = client.get("/v1/packs").json["packs"]

    assert [one["version"] for one in default["versions"]] == ["1", "2"]
    assert [one["workers"] for one in default["versions"]] == [1, 1]
    assert (other["name"], other["default"]) == ("mine", False)
    assert [(one["version"], one["workers"]) for one in other["versions"]] == [("1", 2)]
    system = client.get("/system", headers=PAGE).text
    assert "Workers have different versions of default." in system
    assert "different versions of mine" not in system


def test_a_pack_that_nobody_has_is_listed_without_versions(open_client: OpenClient) -> None:
    client = open_client(packs=("default", "nowhere"))
    _, pack = client.get("/v1/packs").json["packs"]

    assert (pack["name"], pack["versions"]) == ("nowhere", [])
    assert "no worker has it" in client.get("/system", headers=PAGE).text


def test_the_form_offers_packs_only_where_there_is_a_choice(open_client: OpenClient) -> None:
    alone, several = (
        open_client(packs=packs).get("/", headers=PAGE).text
        for packs in (("default",), ("default", "mine"))
    )

    assert 'name="pack"' not in alone
    assert '<option value="mine">' in several
