"""Forms with files, as browsers and curl send them."""

import io

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart


def make_form(files: dict[str, bytes], **fields: object) -> dict[str, object]:
    """The arguments of a test client's `post`; made in memory, so that no file stays open."""
    parts = [FileStorage(io.BytesIO(content), name) for name, content in files.items()]
    boundary, body = encode_multipart({"files": parts, **fields})
    return {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}
