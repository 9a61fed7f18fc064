"""The wire format of Protocol Buffers, as far as editing an ONNX file needs it.

https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
FIXED_LENGTHS = {FIXED_64: 8, FIXED_32: 4}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message: a whole number, or the bytes of a text, an array or a message."""

    number: int
    value: int | bytes
    wire_type: int = BYTES

    @property
    def content(self) -> bytes:
        if isinstance(self.value, int):
            raise ValueError(f"Field {self.number} is a number, not bytes")
        return self.value


def read_fields(message: bytes) -> Iterator[Field]:
    """The fields of a message, in its order. Raises ValueError where it is cut off."""
    position = 0
    while position < len(message):
        tag, position = _read_varint(message, position)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == VARINT:
            value, position = _read_varint(message, position)
            yield Field(number, value, VARINT)
            continue
        length = FIXED_LENGTHS.get(wire_type)
        if length is None:
            length, position = _read_varint(message, position)
        if position + length > len(message):
            raise ValueError(f"Field {number} of {length} bytes is cut off")
        yield Field(number, message[position : position + length], wire_type)
        position += length


def write_fields(fields: Iterable[Field]) -> bytes:
    """The message of some fields, by their numbers as Google's own writers have them."""
    return b"".join(_write_field(field) for field in sorted(fields, key=lambda one: one.number))


def edit_fields(message: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    """A message with another content of each of its fields of that number."""
    return write_fields(
        Field(number, change(field.content)) if field.number == number else field
        for field in read_fields(message)
    )


def _write_field(field: Field) -> bytes:
    tag = _write_varint(field.number << 3 | field.wire_type)
    if isinstance(field.value, int):
        return tag + _write_varint(field.value)
    length = _write_varint(len(field.value)) if field.wire_type == BYTES else b""
    return tag + length + field.value


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    """A number of 7 bits a byte, the lowest first, and the position after it."""
    value = 0
    for index in range(position, len(message)):
        value |= (message[index] & 0x7F) << 7 * (index - position)
        if message[index] < 0x80:
            return value, index + 1
    raise ValueError("A number is cut off")


def _write_varint(value: int) -> bytes:
    written = bytearray()
    while value >= 0x80:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])
