"""Files of weights that people bring for a known backbone: all of their numbers are used, or none."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tests.own_models import crafted
from tlcore.backbones import weights_file
from tlcore.errors import ModelFileError, WeightsUnavailable
from tlcore.workspace import Workspace


def network(name: str = "net", width: int = 5, extra: int = 0) -> Any:
    import keras
    from keras import layers

    more = [layers.Dense(2) for _ in range(extra)]
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, name=f"{name}_conv"),
            layers.BatchNormalization(name=f"{name}_bn"),
            layers.Dropout(0.1, seed=1),
            layers.Flatten(),
            layers.Dense(width, name=f"{name}_dense"),
            *more,
        ],
        name=name,
    )


def saved(model: Any, path: Path) -> Path:
    if path.name.endswith((".keras", "whole.h5")):
        model.save(path)
    elif path.name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        from keras.src.legacy.saving import legacy_h5_format

        with h5py.File(path, "w") as file:
            legacy_h5_format.save_weights_to_hdf5_group(file, model)
    return path


@pytest.mark.filterwarnings("ignore:.*HDF5 file:UserWarning")
@pytest.mark.parametrize("name", ["a.weights.h5", "a.h5", "a.keras"])
def test_each_format(name: str, tmp_path: Path) -> None:
    source, target = network("one"), network("two")
    path = saved(source, tmp_path / name)
    weights_file.load(target, path)
    for expected, found in zip(source.get_weights(), target.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", ["a.weights.h5", "a.h5", "a.keras"])
@pytest.mark.parametrize("other", [{"width": 6}, {"extra": 1}], ids=["wider", "longer"])
def test_weights_of_another_network(name: str, other: dict[str, int], tmp_path: Path) -> None:
    target = network("two")
    before = target.get_weights()
    path = saved(network("one", **other), tmp_path / name)
    with pytest.raises(WeightsUnavailable, match="not those of this backbone, two .* nothing was loaded"):
        weights_file.load(target, path)
    for expected, found in zip(before, target.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_the_right_counts_in_the_wrong_places(tmp_path: Path) -> None:
    path = saved(network("one"), tmp_path / "a.weights.h5")
    with h5py.File(path, "r+") as file:
        file.move("layers/dense", "layers/dense_7")
    target = network("two")
    before = target.get_weights()
    with pytest.raises(WeightsUnavailable, match="nothing was loaded"):
        weights_file.load(target, path)
    for expected, found in zip(before, target.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_numbers_that_are_none(tmp_path: Path) -> None:
    source = network()
    source.set_weights([weight * np.nan for weight in source.get_weights()])
    with pytest.raises(WeightsUnavailable, match="infinite or no numbers"):
        weights_file.load(network(), saved(source, tmp_path / "a.weights.h5"))


@pytest.mark.parametrize(
    "change", [crafted.external_link, crafted.soft_link, crafted.virtual, crafted.external_storage]
)
def test_files_that_point_elsewhere(change: Callable[[Any], None], tmp_path: Path) -> None:
    path = saved(network("one"), tmp_path / "a.weights.h5")
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(ModelFileError, match="'a.weights.h5' is not opened"):
        weights_file.check(path)
    with pytest.raises(WeightsUnavailable, match="is not opened"):
        weights_file.load(network("one"), path)


def test_a_circle_is_walked_once(tmp_path: Path) -> None:
    path = saved(network("one"), tmp_path / "a.weights.h5")
    with h5py.File(path, "r+") as file:
        crafted.circle(file)
    weights_file.check(path)


def test_files_that_are_no_weights(tmp_path: Path) -> None:
    for name, says in (
        ("a.h5", "not a file of Keras weights"),
        ("a.txt", "not a file"),
        ("a.keras", "damaged"),
    ):
        (tmp_path / name).write_bytes(b"hello")
        with pytest.raises(ModelFileError, match=says):
            weights_file.check(tmp_path / name)
    cut = saved(network(), tmp_path / "b.weights.h5")
    cut.write_bytes(cut.read_bytes()[:3000])
    with pytest.raises(ModelFileError, match="damaged file"):
        weights_file.check(cut)
    with pytest.raises(ModelFileError, match="There is no file"):
        weights_file.check(tmp_path / "c.h5")


def test_two_who_bring_one_name_at_once(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second comes between the first one's look and its rename; both files are kept."""
    first, second = (
        saved(network(), tmp_path / name).read_bytes() for name in ("a.weights.h5", "b.weights.h5")
    )
    replaced, names = os.replace, []

    def interrupted(source: Any, target: Any) -> None:
        if not names and Path(target).parent == workspace.weights:
            names.append("")
            names[0] = weights_file.keep(workspace, "x.weights.h5", second)
        replaced(source, target)

    monkeypatch.setattr(weights_file.os, "replace", interrupted)
    names.append(weights_file.keep(workspace, "x.weights.h5", first))
    assert names == ["x-2.weights.h5", "x.weights.h5"]
    assert [(workspace.weights / name).read_bytes() for name in names] == [second, first]


def test_keeping(workspace: Workspace, tmp_path: Path) -> None:
    content = saved(network(), tmp_path / "a.weights.h5").read_bytes()
    name = weights_file.keep(workspace, "../Mein Netz (2).weights.h5", content)
    assert name == "Mein_Netz_2_.weights.h5"
    assert (workspace.weights / name).read_bytes() == content
    assert weights_file.keep(workspace, "../Mein Netz (2).weights.h5", content) == name
    other = saved(network(), tmp_path / "b.weights.h5")
    assert weights_file.keep(workspace, name, other) == "Mein_Netz_2_-2.weights.h5"
    for bad, says in (("x.pth", "not a file of Keras weights"), (".h5", "not a file")):
        with pytest.raises(ModelFileError, match=says):
            weights_file.keep(workspace, bad, content)
    with pytest.raises(ModelFileError):
        weights_file.keep(workspace, "z.h5", b"hello")
    assert len(list(workspace.weights.iterdir())) == 2
    assert list((workspace.home / "scratch").iterdir()) == []
