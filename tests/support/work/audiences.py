"""One table of an audience."""

from sqlalchemy.orm import Session

from db.audience.table import Audience, read_audiences
from db.slices.queries import AudienceQuery


def read_audience(session: Session, query: AudienceQuery) -> Audience:
    [audience] = read_audiences(session, [query])
    return audience
