"""A zip of a dataset: names that every system takes, the split, and the way back in."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests import pictures, several_labels
from tlcore import dataset_zip, datasets, intake, versions
from tlcore.cli.app import app
from tlcore.datasets import Dataset, Split
from tlcore.errors import NotFound, NotSaved
from tlcore.workspace import Workspace


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return intake.take(
        workspace, pictures.classes("cats", "dogs", each=10).items(), name="pets", test_fraction=0.1
    )


def test_a_zip_has_class_folders_by_side_and_comes_in_again(
    workspace: Workspace, dataset: Dataset, tmp_path: Path
) -> None:
    target = dataset_zip.write(dataset, tmp_path / "pets.zip")
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        first = dataset.items[0]
        path = f"{first.split}/cats/{first.name}"
        assert archive.read(path) == dataset.path(first).read_bytes()
        assert json.loads(archive.read("manifest.json"))["id"] == dataset.id
    folders = [name.rsplit("/", 1)[0] for name in names if "/" in name]
    assert {f: folders.count(f) for f in folders} == {
        f"{side}/{name}": dataset.counts()[name][side] for side in Split for name in dataset.classes
    }
    again = intake.take(workspace, target, name="again")
    assert again.counts() == dataset.counts()
    assert {(i.name, i.split) for i in again.items} == {(i.name, i.split) for i in dataset.items}
    assert dataset_zip.size_bytes(dataset) == sum(dataset.path(i).stat().st_size for i in dataset.items)


def test_names_are_fit_for_every_system(dataset: Dataset) -> None:
    names = ["CON", "a/b:c*", "..", "A_B_C_"]
    items = [
        replace(item, label=n % 4, name=("../x.heic", "x.png", "X.JPG", "nul.png", "")[n % 5])
        for n, item in enumerate(dataset.items)
    ]
    odd = replace(dataset, classes=tuple(names), items=tuple(items))
    found = [path for _, path in dataset_zip.paths(odd)]
    assert {path.split("/")[1] for path in found} == {"_CON", "a_b_c_", "class-2", "A_B_C_ (2)"}
    assert len({path.casefold() for path in found}) == len(found)
    assert all(path.count("/") == 2 and path.endswith(".png") for path in found)
    assert not any("nul.png" in path.split("/") for path in found)


def test_of_several_labels_the_table_says_them(workspace: Workspace, tmp_path: Path) -> None:
    several = several_labels.taken(workspace)
    named = versions.rename_class(workspace, several, "cat", "=cmd();x")
    with zipfile.ZipFile(dataset_zip.write(named, tmp_path / "x.zip")) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("labels.csv").decode())))
        assert {row["file"] for row in rows} <= {*archive.namelist()}
    cells = {name for row in rows for name in row["labels"].split(";")}
    assert "'=cmd(),x" in cells
    again = intake.take(workspace, dataset_zip.write(several, tmp_path / "y.zip"), name="again")
    assert again.classes == several.classes
    assert again.counts() == several.counts()


def test_nothing_half_is_left(dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "pets.zip"
    target.write_bytes(b"before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(NotSaved, match="pets.zip could not be written"):
        dataset_zip.write(dataset, target)
    monkeypatch.undo()
    dataset.path(dataset.items[3]).unlink()
    with pytest.raises(NotFound, match="is missing"):
        dataset_zip.write(dataset, target)
    with pytest.raises(NotSaved):
        dataset_zip.write(dataset, tmp_path / "none" / "pets.zip")
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["pets.zip"]
    assert target.read_bytes() == b"before"


def test_the_command_lists_and_exports(
    workspace: Workspace, dataset: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    version = datasets.resplit(workspace, dataset, val_fraction=0.3, test_fraction=0.0, seed=1)
    home = ["--home", str(workspace.home)]
    app(["datasets", "--json", *home], standalone_mode=False)
    rows = json.loads(capsys.readouterr().out)
    assert [(row["id"], row["version"], row["parent"]) for row in rows] == [
        (version.id, 2, dataset.id),
        (dataset.id, 1, ""),
    ]
    app(["datasets", *home], standalone_mode=False)
    assert version.id in capsys.readouterr().out
    out = tmp_path / "out.zip"
    app(["datasets", "export", dataset.id, "--out", str(out), "--json", *home], standalone_mode=False)
    told = json.loads(capsys.readouterr().out)
    assert told == {"dataset": dataset.id, "file": str(out), "pictures": 20, "bytes": out.stat().st_size}
    with pytest.raises(SystemExit):
        app(["datasets", "export", "0123456789abcdef", "--out", str(out), *home])


def test_a_zip_made_as_it_is_sent_is_the_same(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = dataset_zip.write(dataset, tmp_path / "pets.zip").read_bytes()
    monkeypatch.setattr(dataset_zip, "CHUNK_BYTES", 3000)
    pieces = list(dataset_zip.chunks(dataset))
    assert len(pieces) > 3
    assert max(map(len, pieces)) < len(written) / 2
    assert b"".join(pieces) == written
    dataset.path(dataset.items[5]).unlink()
    with pytest.raises(NotFound, match="missing"):
        dataset_zip.chunks(dataset)
