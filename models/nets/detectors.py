"""Opens the detector of a pack."""

from dataclasses import replace
from pathlib import Path

from models.graphs.device import Device
from models.graphs.opening import load_graph
from models.nets.detections import Bounds, Detector
from models.nets.detector import YunetDetector
from models.nets.haar import HaarDetector, load_cascade
from models.nets.search import list_shapes
from models.nets.ssd import SsdDetector
from models.packs.files import locate_file
from models.packs.pack import Pack


def load_detector(
    weights_dir: Path, pack: Pack, bounds: Bounds, side: int, device: Device
) -> Detector:
    """Open the detector of `pack`; where it can, it looks at pictures with `side` pixels.

    Raises ModelUnavailable if a file is missing or altered, or the device is not there.
    """
    paths = [locate_file(pack, file, weights_dir) for file in pack.detector.files]
    if pack.detector.kind == "haar":
        return HaarDetector(load_cascade(paths[0]), side, bounds)
    if pack.detector.kind == "ssd":
        return SsdDetector(load_graph(paths, device), bounds)
    # In 16-bit numbers it would move boxes: of 79 faces, by up to 10 pixels, and ages by 1.4 years.
    exact = replace(device, is_half=False)
    return YunetDetector(load_graph(paths, exact, list_shapes(side)), side, bounds)
