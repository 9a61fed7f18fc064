"""What the members of a package become: the file that the models are opened from."""

from collections.abc import Callable, Mapping, Sequence

from models.conversion.age_gender import convert_age_gender
from models.conversion.denormals import clear_denormals
from models.conversion.detector import simplify_detector
from models.conversion.embedder import simplify_embedder
from models.conversion.graph_model import convert_graph_model
from models.conversion.prior_boxes import correct_steps
from models.errors import ModelUnavailable
from models.weights.pinned import PinnedFile, Preparation

# The outputs of FaceRes, and the nodes that give them.
FACERES_OUTPUTS = {"age": "age_pred/Softmax", "gender": "gender_pred/Sigmoid"}
# Its input: a byte less the mean color, (103.939, 116.779, 123.68). In 8-bit integers it is 5.41
# years off on 798 labeled faces, in floats 5.39 (gender 91.5% and 90.7% right); it takes 2.1 ms a
# face instead of 5.6.
FACERES_RANGE = (0 - 123.68, 255 - 103.939)


def prepare(file: PinnedFile, members: Sequence[bytes]) -> bytes:
    """The bytes of `file`, from its members in their order.

    The same members give the same bytes on every machine. Raises ModelUnavailable when they are
    not what the preparation is for.
    """
    try:
        return _PREPARATIONS[file.preparation](*members)
    except (ValueError, LookupError, TypeError) as error:
        raise ModelUnavailable(f"{file.name} could not be prepared: {error}.") from error


def _convert_weights(manifest: bytes, data: bytes) -> bytes:
    return clear_denormals(convert_age_gender(manifest, data))


def _convert_graph(model: bytes, data: bytes) -> bytes:
    return clear_denormals(convert_graph_model(model, data, FACERES_OUTPUTS, FACERES_RANGE))


_PREPARATIONS: Mapping[Preparation, Callable[..., bytes]] = {
    Preparation.NONE: lambda member: member,
    Preparation.CLEARED: clear_denormals,
    Preparation.MULTIPLIED_OUT: lambda member: clear_denormals(simplify_detector(member)),
    Preparation.BATCHED: lambda member: clear_denormals(simplify_embedder(member)),
    Preparation.FROM_WEIGHTS: _convert_weights,
    Preparation.FROM_GRAPH: _convert_graph,
    Preparation.CORRECTED: correct_steps,
}
