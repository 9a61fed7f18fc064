"""Shows how far work of many steps is: a bar on a terminal, elsewhere a line every few seconds."""

from contextlib import AbstractContextManager
from time import monotonic
from typing import Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from cli.terminal import clean, open_stderr, tell

LINE_EVERY_SECONDS = 5.0


class Steps(AbstractContextManager["Steps"]):
    """Work that has a name, such as that of a net, and a number of steps."""

    def __init__(self) -> None:
        self._bar = _open_bar() if open_stderr().is_terminal else None
        self._task: TaskID | None = None
        self._name = ""
        self._next = 0.0

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, name: str, done: int, total: int, detail: str = "") -> None:
        """Say that `done` of `total` steps are done; work of another name starts a new line."""
        if self._bar:
            self._move_bar(self._bar, name, done, total, detail)
        elif name != self._name or done == total or monotonic() >= self._next:
            tell(f"{name}: {done} of {total}{f', {detail}' if detail else ''}")
            self._next = monotonic() + LINE_EVERY_SECONDS
        self._name = name

    def _move_bar(self, bar: Progress, name: str, done: int, total: int, detail: str) -> None:
        if self._task is None or name != self._name:
            self._task = bar.add_task(clean(name), total=total, detail="")
        bar.update(self._task, completed=done, detail=detail)


def _open_bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.fields[detail]}"),
        TimeRemainingColumn(),
        console=open_stderr(),
        expand=True,
    )
