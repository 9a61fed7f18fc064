"""The analyzers of a process, one for each pack in use."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import cached_property, partial

from db.pack_values import PackVersion
from models.errors import ModelUnavailable
from models.nets.analyzer import Analyzer, load_analyzer
from models.packs.folder import find_pack
from models.packs.pack import Pack
from models.people.embedder import Embedder, load_embedder
from worker.devices import own_device
from worker.packs.packs import describe_pack, describe_packs, find_embedder, find_packs
from worker.settings import Settings

# The default pack and one other, which jobs take turns with: each takes memory in every pool child.
MOST_OPEN = 2
NO_EMBEDDER = "This worker has no embedder."


class Analyzers:
    """The analyzers of a process: opened when they are first needed; the one that was not used for
    longest makes room for the next."""

    def __init__(
        self,
        versions: Iterable[PackVersion],
        open_analyzer: Callable[[str], Analyzer],
        open_embedder: Callable[[], Embedder] | None = None,
    ) -> None:
        """Without `open_embedder`, faces of jobs that ask for people are not embedded here."""
        self._open_embedder = open_embedder
        # By name, those that this process can open.
        self.versions = {version.name: version for version in versions}
        self._open_analyzer = open_analyzer
        self._opened: OrderedDict[str, Analyzer] = OrderedDict()

    def get(self, name: str) -> Analyzer:
        """The analyzer of the pack of that name; raises ModelUnavailable."""
        if name not in self.versions:
            raise ModelUnavailable(f"This worker does not have the pack {name}.")
        if name not in self._opened:
            while len(self._opened) >= MOST_OPEN:
                self._opened.popitem(last=False)
            self._opened[name] = self._open(name)
        self._opened.move_to_end(name)
        return self._opened[name]

    @cached_property
    def embedder(self) -> Embedder:
        """Opened once it is needed, and kept; raises ModelUnavailable."""
        if self._open_embedder is None:
            raise ModelUnavailable(NO_EMBEDDER)
        return self._open_embedder()

    def _open(self, name: str) -> Analyzer:
        """One that cannot be opened is never tried again by this process."""
        try:
            return self._open_analyzer(name)
        except ModelUnavailable:
            del self.versions[name]
            raise


def share_analyzer(settings: Settings, analyzer: Analyzer) -> Analyzers:
    """One analyzer that stands for every pack, for tests and benchmarks."""
    packs = (find_pack(name, settings.packs_dir) for name in settings.packs)
    versions = [*map(describe_pack, packs), *find_embedder(settings)]
    return Analyzers(versions, lambda _: analyzer, partial(open_embedder, settings))


def open_analyzers(settings: Settings) -> Analyzers:
    """Those of the packs that this worker has, of which none is opened yet."""
    packs = {pack.name: pack for pack in find_packs(settings)}
    return Analyzers(
        describe_packs(settings),
        lambda name: open_analyzer(settings, packs[name]),
        partial(open_embedder, settings),
    )


def open_embedder(settings: Settings) -> Embedder:
    return load_embedder(settings.weights_dir, own_device(settings))


def open_analyzer(settings: Settings, pack: Pack) -> Analyzer:
    return load_analyzer(
        settings.weights_dir,
        pack,
        device=own_device(settings),
        detection_side=settings.detection_side,
        score_threshold=settings.score_threshold,
        smallest_face_pixels=settings.smallest_face_pixels,
        quality_min=settings.quality_min,
    )
