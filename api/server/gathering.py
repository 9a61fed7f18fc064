"""The bytes of a request, gathered until a thread can handle it without waiting for its client."""

import re
from urllib.parse import urlsplit

END = b"\r\n\r\n"
# Longer heads are refused.
MOST_HEAD_BYTES = 64 << 10
# Longer bodies are read by a thread, while they arrive.
MOST_BODY_BYTES = 64 << 10
BARE_BREAK = re.compile(rb"(?<!\r)\n")
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,20})[ \t]*\r\n", re.IGNORECASE)
STREAMED = re.compile(rb"\r\n(transfer-encoding|expect):", re.IGNORECASE)


class Gathering:
    """What has arrived of one request. gunicorn parses it; here only its end is looked for."""

    def __init__(self) -> None:
        self.content = bytearray()
        # Whether its head is longer than allowed.
        self.is_too_large = False
        # Whether a thread has to read the rest of the body.
        self.has_more = False
        self._head_bytes = 0
        self._wanted_bytes = 0

    def add(self, block: bytes) -> bool:
        """Whether all has arrived that a thread needs."""
        searched = max(0, len(self.content) - len(END) + 1)
        self.content += block
        if not self._head_bytes:
            self._find_end(searched)
        return bool(self._head_bytes) and len(self.content) >= self._wanted_bytes

    def _find_end(self, start: int) -> None:
        end = self.content.find(END, start)
        head_bytes = len(self.content) if end < 0 else end
        self.is_too_large = head_bytes > MOST_HEAD_BYTES
        if BARE_BREAK.search(self.content, start, head_bytes):
            # This is not HTTP, which gunicorn finds out and says.
            self._head_bytes = head_bytes
        elif end >= 0:
            self._head_bytes = end + len(END)
            self._wanted_bytes = self._measure(bytes(self.content[: end + 2]))

    def _measure(self, head: bytes) -> int:
        """How many bytes to wait for."""
        length = LENGTH.search(head)
        body_bytes = int(length[1]) if length else 0
        self.has_more = STREAMED.search(head) is not None or body_bytes > MOST_BODY_BYTES
        return self._head_bytes + (0 if self.has_more else body_bytes)

    @property
    def path(self) -> str:
        """The path of the request line, `/` where there is none."""
        line = bytes(self.content[:MOST_HEAD_BYTES]).lstrip().partition(b"\r\n")[0]
        words = line.split(b" ", 2)
        try:
            return urlsplit(words[1].decode("latin-1")).path or "/"
        except (IndexError, ValueError):
            return "/"
