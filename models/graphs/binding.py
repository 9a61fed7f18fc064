"""Inputs and outputs of a session in the memory of its device, which are kept from run to run."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Inputs of as many shapes are kept, those used last: the batches of one size of picture.
MOST_KEPT = 8


class BoundSession:
    """A session of ONNX Runtime with one input, bound to `place`: a kind of memory ("cuda", "cpu")
    and the number of its device.

    `make_value` makes an array of the runtime of a shape in that place.
    """

    def __init__(
        self,
        session: Any,
        make_value: Callable[[tuple[int, ...]], Any],
        place: tuple[str, int],
    ) -> None:
        self._session = session
        self._make_value = make_value
        self._place = place
        self._input: str = session.get_inputs()[0].name
        self._outputs: list[str] = [output.name for output in session.get_outputs()]
        self._kept: OrderedDict[tuple[int, ...], Any] = OrderedDict()

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs, in the memory of the host."""
        value = self._keep(inputs.shape)
        value.update_inplace(np.ascontiguousarray(inputs))
        binding = self._session.io_binding()
        binding.bind_ortvalue_input(self._input, value)
        for name in self._outputs:
            binding.bind_output(name, *self._place)
        self._session.run_with_iobinding(binding)
        outputs: list[NDArray[np.float32]] = binding.copy_outputs_to_cpu()
        return outputs

    def _keep(self, shape: tuple[int, ...]) -> Any:
        if shape not in self._kept:
            while len(self._kept) >= MOST_KEPT:
                self._kept.popitem(last=False)
            self._kept[shape] = self._make_value(shape)
        self._kept.move_to_end(shape)
        return self._kept[shape]
