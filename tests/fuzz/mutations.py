"""Changes to the bytes of a file, each made from a seed."""

import random
from collections.abc import Callable, Sequence

# Numbers at which readers go wrong: none, one, the ends of bytes, shorts and longs.
ODD_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
HEAD_BYTES = 256

Mutation = Callable[[bytearray, random.Random, Sequence[bytes]], None]


def mutate(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """The file with one to four changes; `others` are files that parts may be taken of."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if changed:
            chance.choice(MUTATIONS)(changed, chance, others)
    return bytes(changed)


def _flip_bits(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    for _ in range(chance.randint(1, 16)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _overwrite(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    start, stop = _choose_span(data, chance)
    data[start:stop] = chance.randbytes(stop - start)


def _cut_end(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    del data[chance.randrange(len(data)) :]


def _cut_out(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    start, stop = _choose_span(data, chance)
    del data[start:stop]


def _repeat(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    start, stop = _choose_span(data, chance)
    data[start:start] = data[start:stop] * chance.choice((1, 2, 50))


def _splice(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    """From somewhere on, another file goes on."""
    other = chance.choice(others)
    data[chance.randrange(len(data)) :] = other[chance.randrange(len(other)) :]


def _change_header(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    """A number near the beginning, or near the end, where archives have their lists."""
    size = chance.choice((1, 2, 4))
    at = chance.randrange(min(HEAD_BYTES, len(data)))
    at = at if chance.random() < 0.8 else len(data) - 1 - at
    number = chance.choice(ODD_NUMBERS) % (1 << 8 * size)
    data[at : at + size] = number.to_bytes(size, chance.choice(("little", "big")))


def _choose_span(data: bytearray, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.choice((1, 4, 16, 64, 512)))


MUTATIONS: tuple[Mutation, ...] = (
    _flip_bits, _overwrite, _cut_end, _cut_out, _repeat, _splice, _change_header, _change_header,
)  # fmt: skip
