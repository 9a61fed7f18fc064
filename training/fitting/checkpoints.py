"""The state of an unfinished training on disk: from it, training goes on as if nothing happened.

Batches, crops and dropout are drawn again for each epoch, from its own seed, so that no state of a
generator has to be kept.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from training.files import write_whole
from training.fitting.descent import Descent
from training.fitting.networks import Network

State = dict[str, Any]


@dataclass(slots=True)
class Progress:
    """What the epochs so far have led to; `best` are the weights with the lowest loss."""

    epoch: int = 0
    best_loss: float = float("inf")
    best: State = field(default_factory=dict)


def write_checkpoint(path: Path, progress: Progress, network: Network, descent: Descent) -> None:
    """Keep everything that the next epoch starts from; an older checkpoint is replaced."""
    state = {
        "epoch": progress.epoch,
        "best_loss": progress.best_loss,
        "best": progress.best,
        "network": network.state_dict(),
        "velocities": descent.velocities,
    }
    write_whole(path, lambda file: torch.save(state, file))


def read_checkpoint(path: Path, network: Network, descent: Descent, device: Any) -> Progress:
    """Bring network and descent to where they were; a new start if there is no checkpoint."""
    if not path.exists():
        return Progress()
    # Only tensors and plain values are read: a file can run no code.
    stored = torch.load(path, map_location=device, weights_only=True)
    network.load_state_dict(stored["network"])
    descent.load(stored["velocities"])
    return Progress(stored["epoch"], stored["best_loss"], stored["best"])
