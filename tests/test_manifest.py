import json
from dataclasses import replace

import pytest

from tests import pictures
from tlcore import datasets, intake, manifest
from tlcore.errors import WorkspaceError
from tlcore.manifest import Dataset
from tlcore.splitting import Split
from tlcore.workspace import Workspace


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return intake.take(workspace, pictures.classes("cats", "dogs").items(), name="pets")


def test_a_record_goes_to_json_and_back(dataset: Dataset) -> None:
    told = json.loads(json.dumps(manifest.to_json(dataset)))
    assert "folder" not in told
    assert told["items"][0]["split"] in ("train", "val")
    assert manifest.from_json(told, dataset.folder) == dataset


def test_the_id_is_of_what_training_can_see(dataset: Dataset) -> None:
    same = replace(dataset, name="other", created="now", left_out=(), notes=("x",))
    assert manifest.content_id(same) == dataset.id
    first, *others = dataset.items
    moved = replace(first, name="renamed.png")
    assert manifest.content_id(replace(dataset, items=(moved, *others))) != dataset.id
    assert manifest.content_id(replace(dataset, classes=("dogs", "cats"))) != dataset.id
    assert manifest.content_id(replace(dataset, split_seed=1)) != dataset.id


def test_counts_have_their_zeros(dataset: Dataset) -> None:
    assert dataset.counts()["cats"] == {Split.TRAIN: 3, Split.VAL: 1, Split.TEST: 0}
    assert [item.label for item in dataset.of(Split.VAL)] == [0, 1]


def test_further_labels(dataset: Dataset) -> None:
    assert not dataset.several_labels
    assert all("more" not in item for item in manifest.to_json(dataset)["items"])
    first, *others = dataset.items
    both = replace(dataset, items=(replace(first, more=(1,)), *others))
    assert both.several_labels
    assert both.items[0].labels == (0, 1)
    assert sum(both.counts()["dogs"].values()) == sum(dataset.counts()["dogs"].values()) + 1
    assert both.targets().dtype == "float32"
    assert both.targets().tolist() == [[1, 1]] + [[1, 0]] * 3 + [[0, 1]] * 4
    assert manifest.content_id(both) != dataset.id
    assert manifest.from_json(json.loads(json.dumps(manifest.to_json(both))), dataset.folder) == both


def test_ids_and_manifests_of_one_label_stay_what_they_were(dataset: Dataset) -> None:
    """Written by version 0.1.0 of the same pictures."""
    assert dataset.id == "f487d50cfee3ba5d"
    assert list(manifest.to_json(dataset)["items"][0]) == [
        "sha256", "file", "label", "name", "split", "width_px", "height_px",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "spoil",
    [
        lambda m: m.pop("items"),
        lambda m: m["items"][0].update(file="../../secret.png"),
        lambda m: m["items"][0].update(label=2),
        lambda m: m["items"][0].update(more=[2]),
        lambda m: m["items"][0].update(more=[0]),
        lambda m: m["items"][0].update(more=3),
        lambda m: m["items"][0].update(split="elsewhere"),
        lambda m: m["items"][0].update(extra=1),
        lambda m: m.update(classes=None),
    ],
)
def test_damaged_manifest_is_a_sentence(workspace: Workspace, dataset: Dataset, spoil) -> None:
    path = dataset.folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    spoil(manifest)
    path.write_text(json.dumps(manifest))
    with pytest.raises(WorkspaceError, match=f"manifest of dataset {dataset.id} is damaged"):
        datasets.load(workspace, dataset.id)
