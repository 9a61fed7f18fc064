"""Which packs a machine has, and what tells one from another."""

from dataclasses import replace
from pathlib import Path

from models.packs.shipped_packs import read_shipped
from worker.packs.packs import describe_pack, find_packs, identify_pack
from worker.settings import Settings


def test_a_pack_is_described_with_the_origin_of_each_file() -> None:
    pack = read_shipped()
    version = describe_pack(pack)

    assert (version.name, version.version, version.title) == ("default", pack.version, pack.title)
    assert [(file.file, file.sha256) for file in version.files] == [
        (file.name, file.sha256)
        for part in (pack.detector, *pack.estimators)
        for file in part.files
    ]
    assert version.files[0].part == "detector"
    assert all(file.license and file.source and file.training_data for file in version.files)


def test_packs_differ_in_whatever_changes_their_results() -> None:
    pack = read_shipped()
    others = [
        replace(pack, version="2"),
        replace(pack, detector=replace(pack.detector, sha256="0" * 64)),
        replace(pack, vote=replace(pack.vote, gender_weights={pack.estimators[0].name: 2.0})),
    ]

    assert identify_pack(pack) == identify_pack(replace(pack, folder=Path("/elsewhere")))
    assert len({identify_pack(one) for one in (pack, *others)}) == 4


def test_a_pack_without_its_files_is_not_found_and_does_not_hide_others(
    settings: Settings, tmp_path: Path
) -> None:
    asked = settings.model_copy(update={"packs": ("default", "nowhere")})
    empty = asked.model_copy(update={"weights_dir": tmp_path / "empty"})

    assert [pack.name for pack in find_packs(asked)] == ["default"]
    assert find_packs(empty) == []
