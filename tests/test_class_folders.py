import pytest

from tests import pictures
from tests.pictures import sizes, taken
from tlcore.errors import DatasetError
from tlcore.workspace import Workspace


def test_split_folders_are_put_together(workspace: Workspace) -> None:
    halves = pictures.classes("cats", "dogs")
    files = {f"data/{'Train' if '0' in name else 'val'}/{name}": content for name, content in halves.items()}
    dataset = taken(workspace, files)
    assert sizes(dataset) == {"cats": 4, "dogs": 4}
    assert dataset.notes == ("The folders 'Train', 'val' were put together; the split was made anew.",)


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
