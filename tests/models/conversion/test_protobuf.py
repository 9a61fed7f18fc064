"""Messages are read and written as Protocol Buffers has them."""

import pytest
from onnx import AttributeProto, helper

from models.conversion.protobuf import read_fields, write_fields

MESSAGES = {
    "empty": b"",
    "numbers": helper.make_attribute("big", [1, 127, 128, 2**31, -1]).SerializeToString(),
    "float": helper.make_attribute("alpha", 0.5).SerializeToString(),
    "double": AttributeProto(name="x" * 300).SerializeToString(),
    "nested": helper.make_node("Conv", ["a", "b"], ["c"], group=3).SerializeToString(),
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_a_message_is_written_as_it_was_read(message):
    assert write_fields(read_fields(message)) == message


@pytest.mark.parametrize(
    "message", [b"\x0a\x05abc", b"\x08\xff", b"\x0d\x00\x00", b"\xff"], ids=str
)
def test_a_message_that_is_cut_off_is_refused(message):
    with pytest.raises(ValueError, match="cut off"):
        list(read_fields(message))
