import pytest

from tests import pictures
from tests.pictures import sizes, taken
from tlcore import datasets, own_split
from tlcore.datasets import Dataset, Split
from tlcore.errors import DatasetError
from tlcore.workspace import Workspace

KEPT = "The folders {} say the split, and it was kept."
ANEW = "The folders {} were put together; the split was made anew."


def sides(dataset: Dataset) -> dict[str, list[int]]:
    """Of each class how many are trained on, how many validate, how many test."""
    return {name: [counts[side] for side in Split] for name, counts in dataset.counts().items()}


@pytest.mark.parametrize(
    "path", ["data/{side}/{name}", "{side}/{name}", "data/x/{side}/wild/{name}", "{folder}/{side}/{base}"]
)
def test_the_split_of_the_folders_is_kept(workspace: Workspace, path: str) -> None:
    files = {}
    for name, content in pictures.classes("cats", "dogs", each=8).items():
        folder, base = name.split("/")
        side = "Train" if base < "5" else "valid" if base < "7" else "test"
        files[path.format(side=side, name=name, folder=folder, base=base)] = content
    dataset = taken(workspace, files | {"README.md": b"About it"})
    assert sides(dataset) == {"cats": [5, 2, 1], "dogs": [5, 2, 1]}
    assert {item.name: item.split for item in dataset.items}["6.png"] is Split.VAL
    assert dataset.notes == (KEPT.format("'Train', 'test', 'valid'"),)
    assert dataset.split_by == own_split.OWN
    anew = datasets.resplit(workspace, dataset, val_fraction=0.25, test_fraction=0, seed=0)
    assert sides(anew) == {"cats": [6, 2, 0], "dogs": [6, 2, 0]}
    how = {"val_fraction": 0.25, "test_fraction": 0, "seed": 0, "split_by": own_split.OWN}
    assert sides(datasets.resplit(workspace, anew, **how)) == sides(dataset)


def test_validation_is_drawn_where_the_folders_have_none(workspace: Workspace) -> None:
    files = {
        f"{'test' if '7' in name else 'training'}/{name}": content
        for name, content in pictures.classes("cats", "dogs", each=8).items()
    }
    dataset = taken(workspace, files)
    assert sides(dataset) == {"cats": [5, 2, 1], "dogs": [5, 2, 1]}
    assert {item.name for item in dataset.of(Split.TEST)} == {"7.png"}


def test_a_picture_on_two_sides_is_not_trained_on(workspace: Workspace) -> None:
    files = {
        f"{'val' if '3' in name else 'train'}/{name}": content
        for name, content in pictures.classes("cats", "dogs").items()
    }
    files["train/dogs/again.png"] = files["val/cats/3.png"]
    dataset = taken(workspace, files)
    assert sides(dataset) == {"cats": [3, 1, 0], "dogs": [3, 2, 0]}


@pytest.mark.parametrize("extra", ["only/{}.png", "train/only/{}.png", "val/only/{}.png"])
def test_a_split_that_cannot_be_used_is_made_anew(workspace: Workspace, extra: str) -> None:
    files = {
        f"{'val' if '3' in name else 'train'}/{name}": content
        for name, content in pictures.classes("cats", "dogs").items()
    }
    files |= {extra.format(n): pictures.png(700 + n) for n in range(4)}
    dataset = taken(workspace, files)
    assert sides(dataset) == {"cats": [3, 1, 0], "dogs": [3, 1, 0], "only": [3, 1, 0]}
    assert (dataset.notes[-1], dataset.split_by) == (ANEW.format("'train', 'val'"), "")


def test_the_folders_above_a_class_are_kept_as_text(workspace: Workspace) -> None:
    files = {
        f"{'cow' if '1' in name else 'horse'}/{name}": content
        for name, content in pictures.classes("brown", "black").items()
    }
    dataset = taken(workspace, files)
    assert sizes(dataset) == {"black": 4, "brown": 4}
    assert {item.folder for item in dataset.items if item.name == "1.png"} == {"cow"}


def test_a_class_may_be_called_train(workspace: Workspace) -> None:
    assert sizes(taken(workspace, pictures.classes("train", "test"))) == {"test": 4, "train": 4}


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("Cats", "cats", "Cats"),
        ("cafe\u0301", "café", "café"),
        ("cats ", "cats", "cats"),
        ("a/red", "b/red", "red"),
    ],
)
def test_names_that_look_alike_are_one_class(
    workspace: Workspace, first: str, second: str, name: str
) -> None:
    files = pictures.classes(first, second, "other")
    files = {path.replace("/0", f"/{len(path)}0"): content for path, content in files.items()}
    dataset = taken(workspace, files)
    assert sizes(dataset) == {name: 8, "other": 4}
    if first.strip() != second and "e\u0301" not in first:
        assert dataset.notes == (f"The folders '{first}', '{second}' are one class, '{name}'.",)


HOSTILE = [
    "<img src=x onerror=alert(1)>", "![](http:⁄⁄127.0.0.1:9⁄x.png)", "$x$", ":red[x]", "**b**", "=cmd()",
    "CON", "NUL", "dots...", "חתול", "👩\u200d🔬", "n" * 100, "'; DROP", "{0}%s",
]  # fmt: skip


def test_hostile_names_are_kept_as_text(workspace: Workspace) -> None:
    files = pictures.classes(*HOSTILE)
    files |= {f"$x$/{name}.png": pictures.png(50_000 + n) for n, name in enumerate([*HOSTILE, "m" * 300])}
    dataset = taken(workspace, files)
    assert dataset.classes == tuple(sorted(HOSTILE))
    assert {f"{name}.png" for name in HOSTILE} | {"m" * 300 + ".png"} <= {item.name for item in dataset.items}
    assert dataset.left_out == ()
    stored = {path.name for path in (dataset.folder / "images").iterdir()}
    assert stored == {f"{item.sha256}.png" for item in dataset.items}


def test_controls_are_taken_from_names(workspace: Workspace) -> None:
    assert taken(workspace, pictures.classes("a\u202eb\x07", "dogs")).classes == ("ab", "dogs")


def test_long_class_name_is_refused(workspace: Workspace) -> None:
    with pytest.raises(DatasetError, match="has 101 characters; 100 is the limit"):
        taken(workspace, pictures.classes("n" * 101, "dogs"))
