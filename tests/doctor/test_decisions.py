"""What is decided about suspects: kept as it is decided, and made into the next version all at once."""

from pathlib import Path

import pytest

from tests import pictures, several_labels
from tlcore import datasets, doctor, intake, versions
from tlcore.datasets import Dataset, Split
from tlcore.doctor import Action, Decision, store
from tlcore.errors import DatasetError, NotFound
from tlcore.workspace import Workspace

KEEP, REMOVE = Decision(Action.KEEP), Decision(Action.REMOVE)


def to(*names: str) -> Decision:
    return Decision(Action.MOVE, names)


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return intake.take(workspace, pictures.classes("cup", "mug", "pot", each=8).items(), name="things")


def row_of(dataset: Dataset, sha256: str) -> int:
    return [item.sha256 for item in dataset.items].index(sha256)


def test_the_last_word_about_a_picture_counts(workspace: Workspace, dataset: Dataset) -> None:
    assert doctor.decided(workspace, dataset) == {}
    for row, decision in ((3, KEEP), (5, to("mug")), (3, REMOVE), (9, KEEP), (9, None)):
        doctor.decide(workspace, dataset, row, decision)
    # Read from the disk, as another process would.
    assert doctor.decided(Workspace(workspace.home), dataset) == {3: REMOVE, 5: to("mug")}


def test_decisions_become_one_version(workspace: Workspace, dataset: Dataset) -> None:
    cups = [row for row, item in enumerate(dataset.items) if item.label == 0 and item.split is Split.TRAIN]
    moved, gone, kept = (dataset.items[row].sha256 for row in cups[:3])
    for row, decision in zip(cups, (to("pot"), REMOVE, KEEP), strict=False):
        doctor.decide(workspace, dataset, row, decision)
    version = doctor.make_version(workspace, dataset)
    assert (version.parent, version.version) == (dataset.id, 2)
    assert version.change == "Label doctor: 1 picture moved, 1 picture removed"
    assert pictures.sizes(version) == {"cup": 6, "mug": 8, "pot": 9}
    assert version.classes[version.items[row_of(version, moved)].label] == "pot"
    assert gone not in [item.sha256 for item in version.items]
    sides = {item.sha256: item.split for item in dataset.items}
    assert all(item.split is sides[item.sha256] for item in version.items)
    # A second click is the same version, and this one stays as it is.
    assert doctor.make_version(workspace, dataset) == version
    assert datasets.load(workspace, dataset.id) == dataset
    # A person chose these labels: nobody asks again. The decisions belong to the version they were made in.
    assert doctor.known_right(workspace, version) == {row_of(version, moved), row_of(version, kept)}
    assert doctor.decided(workspace, version) == {}
    assert doctor.known_right(workspace, dataset) == set()


def test_what_was_right_can_be_taken_back_later(workspace: Workspace, dataset: Dataset) -> None:
    for row in (2, 3):
        doctor.decide(workspace, dataset, row, KEEP)
    second = versions.delete(workspace, dataset, dataset.items[5:6])
    doctor.decide(workspace, second, 3, None)
    third = versions.delete(workspace, second, second.items[12:13])
    assert doctor.known_right(workspace, second) == {2, 3}
    assert doctor.known_right(workspace, third) == {2}


def test_a_picture_with_another_label_is_another(workspace: Workspace, dataset: Dataset) -> None:
    doctor.decide(workspace, dataset, 2, KEEP)
    moved = versions.move(workspace, dataset, dataset.items[2:3], "pot")
    assert doctor.known_right(workspace, moved) == set()


def test_without_a_change_there_is_no_version(workspace: Workspace, dataset: Dataset) -> None:
    doctor.decide(workspace, dataset, 2, KEEP)
    with pytest.raises(DatasetError, match="no picture was moved or removed"):
        doctor.make_version(workspace, dataset)


def test_a_class_is_not_emptied(workspace: Workspace, dataset: Dataset) -> None:
    for row in range(5):
        doctor.decide(workspace, dataset, row, REMOVE)
    with pytest.raises(DatasetError, match="Class 'cup' has 3 usable images; 4 are needed"):
        doctor.make_version(workspace, dataset)
    assert len(doctor.decided(workspace, dataset)) == 5


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (to("jar"), "There is no class 'jar' in this dataset"),
        (to("cup"), "choose another class than its own"),
        (to(), "choose another class than its own"),
    ],
)
def test_a_move_to_nowhere_is_refused(
    workspace: Workspace, dataset: Dataset, decision: Decision, said: str
) -> None:
    with pytest.raises(DatasetError, match=said):
        doctor.decide(workspace, dataset, 0, decision)
    assert doctor.decided(workspace, dataset) == {}


def test_of_several_labels_all_are_given_anew(workspace: Workspace) -> None:
    dataset = several_labels.taken(workspace)
    sha256 = dataset.items[0].sha256
    doctor.decide(workspace, dataset, 0, to("owl", "cat"))
    version = doctor.make_version(workspace, dataset)
    item = version.items[row_of(version, sha256)]
    assert {version.classes[label] for label in item.labels} == {"cat", "owl"}
    assert doctor.known_right(workspace, version) == {row_of(version, sha256)}


def test_a_damaged_line_costs_no_other(workspace: Workspace, dataset: Dataset) -> None:
    doctor.decide(workspace, dataset, 2, KEEP)
    (file,) = (workspace.home / "doctor").iterdir()
    with file.open("a", encoding="utf-8") as lines:
        lines.write('{"sha256": "1", "labels": [], "action": "burn", "to": []}\n{"sha256"\n')
    doctor.decide(workspace, dataset, 4, REMOVE)
    assert doctor.decided(workspace, dataset) == {2: KEEP, 4: REMOVE}


def test_all_of_a_dataset_goes_and_nothing_else(workspace: Workspace, dataset: Dataset) -> None:
    other = versions.delete(workspace, dataset, dataset.items[:1])
    for one in (dataset, other):
        doctor.decide(workspace, one, 2, KEEP)
        (workspace.home / "doctor" / f"{one.id}-0123456789ab.json").write_text("{}")
    doctor.remove(workspace, dataset.id)
    assert {file.name[: len(other.id)] for file in (workspace.home / "doctor").iterdir()} == {other.id}


@pytest.mark.parametrize("id", ["../../etc", "a/b", "", "*"])
def test_no_path_leads_out(workspace: Workspace, id: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no dataset"):
        store.check(id)
    with pytest.raises(NotFound):
        doctor.remove(workspace, id)
