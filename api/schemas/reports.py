"""What a report is called, and whether it shows people."""

from pydantic import Field

from api.schemas.fields import Name, Strict


class ReportQuery(Strict):
    """`title` and `client` head the page; `pictures` adds sample pictures, which show people."""

    title: Name | None = None
    client: Name | None = None
    pictures: bool = Field(
        False, description="Whether sample pictures, which show people, are in it."
    )
