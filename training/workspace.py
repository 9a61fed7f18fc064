"""The folder of a training: what an interrupted one goes on from, and what comes out of it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from training.errors import TrainingError
from training.faces.store import FaceStore
from training.files import write_json, write_whole


class Workspace:
    """`work/` has prepared faces and trained nets; the rest of the folder is the outcome."""

    def __init__(self, out: Path) -> None:
        self._work = out / "work"
        self._asked = self._work / "asked.json"
        self._nets = self._work / "nets"
        self.pack = out / "pack"
        self.evaluation = out / "evaluation.json"
        self.summary = out / "evaluation.md"
        self.report = out / "cleaning.csv"
        self.faces = FaceStore(self._work)

    def open(self, asked: Mapping[str, object], *, restart: bool) -> None:
        """Start a training, or go on with one of which the same was `asked`.

        Raises TrainingError if the folder has another one. `restart` removes it.
        """
        changed = self._list_changes(asked)
        if changed and not restart and self._has_nets():
            raise TrainingError(
                f"{self._work.parent} has a training that was started with other "
                f"{', '.join(changed)}. Choose another --out, or give --restart to remove it."
            )
        if changed or restart:
            self._remove_all()
        self._nets.mkdir(parents=True, exist_ok=True)
        write_json(self._asked, asked)

    def _list_changes(self, asked: Mapping[str, object]) -> list[str]:
        """What was asked otherwise before."""
        if not self._asked.exists():
            return []
        before = json.loads(self._asked.read_text(encoding="utf-8"))
        now = json.loads(json.dumps(asked))
        return [name for name in {**before, **now} if before.get(name) != now.get(name)]

    def _has_nets(self) -> bool:
        """Whether any training has begun: prepared faces alone are made again in no time."""
        return self._nets.exists() and any(self._nets.iterdir())

    def _remove_all(self) -> None:
        for folder in (self._work, self.pack):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (self.evaluation, self.summary, self.report):
            file.unlink(missing_ok=True)

    def net_path(self, name: str) -> Path:
        """Where a trained net lies; it is written when its training has ended."""
        return self._nets / f"{name}.onnx"

    def checkpoint_path(self, name: str) -> Path:
        return self._nets / f"{name}.checkpoint"

    def finish_net(self, name: str, model: bytes) -> None:
        """Keep a trained net, and drop its checkpoint."""
        write_whole(self.net_path(name), lambda file: file.write(model))
        self.checkpoint_path(name).unlink(missing_ok=True)
