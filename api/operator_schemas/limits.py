"""How large a submission may be."""

from pydantic import BaseModel


class LimitsOut(BaseModel):
    """The limits of this server, each the setting FACETALLY_MAX_..., such as
    FACETALLY_MAX_ITEM_BYTES: of one request, of one picture, of one video."""

    max_upload_bytes: int
    max_items_per_request: int
    max_item_bytes: int
    max_video_bytes: int
