"""Counts in English: `1 face`, `2 faces`."""

# The command line is only in English, and starts faster without the rules of other languages.
_SINGULARS = {
    "contents": "content",
    "deliveries": "delivery",
    "faces": "face",
    "items": "item",
    "people": "person",
    "pictures": "picture",
    "screens": "screen",
    "spots": "spot",
    "thumbnails": "thumbnail",
    "videos": "video",
    "zones": "zone",
}


def count_noun(count: int, plural: str) -> str:
    """The count and its noun, which is given in the plural."""
    return f"{count} {_SINGULARS[plural] if count == 1 else plural}"
