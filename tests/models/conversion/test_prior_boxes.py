"""The steps of the SSD's coarsest layers are corrected, and nothing else."""

import pytest

from models.conversion.prior_boxes import correct_steps

PROTOTXT = b"name: 'x'\n    step: 8\n    step: 100\n    offset: 0.5\n    step: 300\n"


def test_the_coarsest_steps_are_those_of_the_cells():
    assert correct_steps(PROTOTXT) == (
        b"name: 'x'\n    step: 8\n    step: 60\n    offset: 0.5\n    step: 60\n"
    )


@pytest.mark.parametrize(
    "other", [b"", PROTOTXT.replace(b"step: 100\n", b""), PROTOTXT * 2], ids=["empty", "one", "two"]
)
def test_another_prototxt_is_refused(other):
    with pytest.raises(ValueError, match="expected one step"):
        correct_steps(other)
