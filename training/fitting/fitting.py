"""Fits one net to its faces, epoch by epoch, with stochastic gradient descent."""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.estimators.averaging import make_ellipse
from models.estimators.estimator import prepare_chips
from models.packs.parts import EstimatorPart
from training.fitting.checkpoints import Progress, read_checkpoint, write_checkpoint
from training.fitting.descent import Descent
from training.fitting.devices import choose_device, make_deterministic
from training.fitting.networks import Network, build_network
from training.nets.crops import Chips, center_crops, draw_crops
from training.nets.lessons import Fit, Indices, Lesson, Report, Weights
from training.nets.parts import make_part
from training.options import Device, Mask, NetKind, TrainingOptions
from training.targets import Target


def make_fit(device: Device, threads: int) -> Fit:
    """What fits nets on `device`; TrainingError if it is not on this machine."""
    torch_device = choose_device(device)
    make_deterministic(threads)

    def fit(lesson: Lesson, options: TrainingOptions, checkpoint: Path, report: Report) -> Weights:
        return _Trainer(lesson, options, torch_device).fit(checkpoint, report)

    return fit


class _Trainer:
    def __init__(self, lesson: Lesson, options: TrainingOptions, device: Any) -> None:
        torch.manual_seed(_derive_seed(options.seed, lesson.name))
        self._lesson = lesson
        self._options = options
        self._device = device
        self._network: Network = build_network(lesson.layers, options.side).to(device)
        self._descent = Descent(self._network.parameters(), options.momentum, options.weight_decay)
        # Every net sees its chips in the same form, whatever it tells of them.
        self._part: EstimatorPart = make_part(Target.GENDER, NetKind.CNN1, options, ())
        self._mask = make_ellipse(options.side) if options.mask is Mask.ELLIPSE else None

    def fit(self, checkpoint: Path, report: Report) -> Weights:
        progress = read_checkpoint(checkpoint, self._network, self._descent, self._device)
        report(progress.epoch, progress.best_loss)
        while progress.epoch < self._options.epochs:
            self._train(progress.epoch)
            self._choose_best(progress, self._measure())
            write_checkpoint(checkpoint, progress, self._network, self._descent)
            report(progress.epoch, progress.best_loss)
        return {
            name: one.cpu().numpy()
            for name, one in progress.best.items()
            if one.is_floating_point()
        }

    def _train(self, epoch: int) -> None:
        """One pass over the faces, in an order and with crops drawn for this epoch."""
        seed = _derive_seed(self._options.seed, self._lesson.name, epoch)
        torch.manual_seed(seed)
        random = np.random.default_rng(seed)
        rate = self._options.learning_rate * self._options.decay ** (
            epoch // self._options.step_epochs
        )
        self._network.train()
        for rows in _split(random.permutation(self._lesson.training), self._options.batch):
            crops = draw_crops(self._lesson.take(rows), self._options.side, random)
            loss = self._lose(crops, rows)
            loss.backward()
            self._descent.step(rate)

    def _measure(self) -> float:
        """The mean loss of the faces that choose the best epoch."""
        self._network.eval()
        rows_in_all, total = self._lesson.validation, 0.0
        with torch.no_grad():
            for rows in _split(rows_in_all, self._options.batch):
                crops = center_crops(self._lesson.take(rows), self._options.side)
                total += float(self._lose(crops, rows)) * len(rows)
        return total / len(rows_in_all)

    def _choose_best(self, progress: Progress, loss: float) -> None:
        progress.epoch += 1
        if loss < progress.best_loss or not progress.best:
            progress.best_loss = loss
            state = self._network.state_dict()
            progress.best = {name: one.clone() for name, one in state.items()}

    def _lose(self, crops: Chips, rows: Indices) -> Any:
        """The mean cross-entropy of some faces."""
        inputs = torch.from_numpy(prepare_chips(self._part, crops, self._mask)).to(self._device)
        classes = torch.from_numpy(self._lesson.classes[rows]).to(self._device)
        return nn.functional.cross_entropy(self._network(inputs), classes)


def _derive_seed(*parts: object) -> int:
    """A number that stands for these parts, the same in every process."""
    text = "\0".join(map(str, parts))
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "big")


def _split(rows: Indices, batch: int) -> Iterator[Indices]:
    """Parts of about equal size, so that each counts about as much as any other."""
    yield from np.array_split(rows, -(-len(rows) // batch))
