"""The elements of a Matroska or WebM file (RFC 8794 and 9559)."""

SEGMENT, CLUSTER = 0x18538067, 0x1F43B675


def measure_element(head: bytes) -> tuple[int, int, int | None] | None:
    """The name of an element, the length of its head, and its size, None if it states none; None if
    it is not an element."""
    name_bytes = _count_bytes(head[0])
    size_bytes = _count_bytes(head[name_bytes]) if name_bytes < len(head) else 1
    if name_bytes > 4 or size_bytes > 8:
        return None
    start = name_bytes + size_bytes
    most = (1 << 7 * size_bytes) - 1
    size = int.from_bytes(head[name_bytes:start], "big") & most
    return int.from_bytes(head[:name_bytes], "big"), start, None if size == most else size


def _count_bytes(first: int) -> int:
    """The number of bytes of an EBML number: one more than the zero bits at its beginning."""
    return 9 - first.bit_length()
