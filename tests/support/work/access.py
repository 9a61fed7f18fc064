"""Keys for the tests of who may do what."""

from datetime import datetime

from flask.testing import FlaskClient
from sqlalchemy import update

from api.services import EXTENSION, Services
from db.access.key_values import NewKey, Scope
from db.access.keys import create_key
from db.clock import DatabaseTime
from db.reach import Reach
from db.tables.access import LoginFailureRow

# In the settings: its holder is an operator.
OPERATOR_KEY = "operator" * 4


def services_of(client: FlaskClient) -> Services:
    services = client.application.extensions[EXTENSION]
    assert isinstance(services, Services)
    return services


def make_key(
    client: FlaskClient, tenant: str, *scopes: Scope, expires_at: datetime | None = None
) -> dict[str, str]:
    """The headers of a new key; without scopes, of one with all of them."""
    services = services_of(client)
    wanted = NewKey("of the test", Reach.of(tenant), frozenset(scopes or Scope), expires_at)
    with services.database.write() as session:
        secret, _ = create_key(session, wanted)
    services.keyring.forget()
    return bearer(secret)


def lengthen_pauses(client: FlaskClient) -> None:
    """As after very many failures: the first pause is over before a busy machine looks at it."""
    with services_of(client).database.write() as session:
        session.execute(update(LoginFailureRow).values(failures=99, failed_at=DatabaseTime()))


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}
