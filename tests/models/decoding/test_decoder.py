"""A picture that hangs or ends its decoder costs no other."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from models.decoding.buffers import BUFFERS, Buffers
from models.decoding.decoder import Decoder, DecoderUnavailable
from models.errors import CrashingItem, TooLargeItem, TooSlowItem, UnreadableItem
from models.pictures.picture import Picture, decode_picture
from models.pictures.working_size import WorkingSize
from tests.support.media.sample_pictures import encode, encode_scene, encode_turned

SIZE = WorkingSize(1920)
MOST = 150_000_000


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with closing(Decoder()) as opened:
        yield opened


def decode(
    decoder: Decoder, data: bytes, *, max_pixels: int = MOST, seconds: float = 120
) -> Picture:
    return decoder.decode(data, max_pixels=max_pixels, working_size=SIZE, seconds=seconds)


def test_pixels_are_those_of_decoding_here(decoder: Decoder) -> None:
    for seed in range(3 * BUFFERS):
        data = encode_scene("PNG", 64 + seed, 48)
        found, here = (
            decode(decoder, data),
            decode_picture(data, max_pixels=MOST, working_size=SIZE),
        )
        assert np.array_equal(found.rgb, here.rgb)
        assert (found.width_pixels, found.height_pixels) == (64 + seed, 48)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_that_is_decoded_in_place_is_turned_as_it_is_here(
    decoder: Decoder, orientation: int
) -> None:
    data = encode_turned("JPEG", orientation)
    found = decode(decoder, data)
    here = decode_picture(data, max_pixels=MOST, working_size=SIZE)
    assert np.array_equal(found.rgb, here.rgb)
    assert (found.width_pixels, found.height_pixels) == (here.width_pixels, here.height_pixels)


def test_a_picture_keeps_its_pixels_however_many_follow(decoder: Decoder) -> None:
    data = [
        encode(Image.new("RGB", (40, 30), (shade, 0, 0)), "PNG") for shade in range(3 * BUFFERS)
    ]
    kept = [decode(decoder, one) for one in data]
    assert [int(picture.rgb[0, 0, 0]) for picture in kept] == list(range(3 * BUFFERS))
    part = kept[0].rgb[10:20, 5:8]
    del kept
    later = [decode(decoder, one) for one in data[::-1]]
    assert (part == (0, 0, 0)).all()
    assert len(later) == 3 * BUFFERS


def test_a_slot_is_free_once_nobody_reads_its_picture() -> None:
    with closing(Decoder()) as decoder:
        buffers = decoder._lines[0]._buffers = Buffers()
        picture = decode(decoder, encode_scene("JPEG", 3000, 3000))
        view = picture.rgb[::2]
        del picture
        assert len(buffers._free) == BUFFERS - 1
        del view
        assert len(buffers._free) == BUFFERS


def test_faults_of_a_picture_are_told_as_they_are_here(decoder: Decoder) -> None:
    with pytest.raises(UnreadableItem, match="is text"):
        decode(decoder, b"hello")
    with pytest.raises(UnreadableItem, match="empty"):
        decode(decoder, b"")
    with pytest.raises(TooLargeItem, match="at most 100 are"):
        decode(decoder, encode_scene("PNG"), max_pixels=100)


def test_a_picture_that_takes_too_long_fails_and_the_next_one_does_not(decoder: Decoder) -> None:
    large = encode(Image.new("RGB", (6000, 6000)), "PNG")
    with pytest.raises(TooSlowItem, match=r"longer than 0\.001 seconds"):
        decode(decoder, large, seconds=0.001)
    assert decode(decoder, encode_scene("JPEG")).width_pixels == 96


def test_a_decoder_that_was_killed_is_started_again(decoder: Decoder) -> None:
    decode(decoder, encode_scene("JPEG"))
    process = decoder._lines[0]._process
    assert process
    os.kill(process._process.pid, signal.SIGKILL)
    process._process.wait()
    assert decode(decoder, encode_scene("JPEG")).width_pixels == 96


def test_as_many_pictures_are_decoded_at_once_as_there_are_processes() -> None:
    data = [encode(Image.new("RGB", (40, 30), (shade, 0, 0)), "PNG") for shade in range(40)]
    with closing(Decoder(2)) as decoder, ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda one: decode(decoder, one), data))
        assert all(line._process for line in decoder._lines)
    assert [int(picture.rgb[0, 0, 0]) for picture in found] == list(range(40))


@pytest.mark.parametrize("answer", ["nothing", "nonsense", "too_much"])
def test_a_picture_that_ends_or_takes_over_its_decoder_fails(
    answer: str,
) -> None:
    """`tests.support.programs.hostile_decoder` reads the answer from the picture."""
    with closing(Decoder(program="tests.support.programs.hostile_decoder")) as decoder:
        with pytest.raises(CrashingItem, match="Send it in another format"):
            decode(decoder, answer.encode())
        assert decode(decoder, b"good").rgb.shape == (1, 1, 3)


def test_a_bug_of_the_decoder_is_no_fault_of_the_picture() -> None:
    hostile = Decoder(program="tests.support.programs.hostile_decoder")
    with closing(hostile), pytest.raises(RuntimeError, match="a traceback"):
        decode(hostile, b"bug")


def test_a_decoder_that_does_not_start_is_told() -> None:
    missing = Decoder(program="tests.support.no_such_program")
    with closing(missing), pytest.raises(DecoderUnavailable):
        decode(missing, encode_scene("JPEG"))
