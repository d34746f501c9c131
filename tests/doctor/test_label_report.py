"""A report made: by features that a training left, in a job, and kept."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests import engines
from tests.doctor import reports
from tests.engines import FakeEngine
from tests.health import made
from tlcore import dataset_removal, doctor, picture_features, versions
from tlcore.asked import Stage, Standing
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.doctor import job, store
from tlcore.engine import JobState, Priority
from tlcore.errors import DatasetError
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def space(
    shared_workspace: Workspace, few: Dataset, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """The workspace of the trained run: its features are enough."""
    monkeypatch.setattr(picture_features, "computed", lambda *args: pytest.fail("computed again"))
    yield shared_workspace
    doctor.remove(shared_workspace, few.id)


def test_the_way_of_a_report(space: Workspace, few: Dataset, crew: FakeEngine) -> None:
    assert doctor.look(space, few.id) == Standing()
    assert doctor.read(space, few.id) is None
    doctor.start(space, few, owner="me")
    doctor.start(space, few)
    (key,) = crew.keys
    assert key.startswith(f"doctor-{few.id}-")
    assert (crew.owners, crew.priorities) == (["me"], [Priority.LIGHT])
    assert doctor.look(space, few.id).under_way
    ((_, *words),) = crew.submitted
    job.doctor_job(*map(str, words))
    assert doctor.look(space, few.id) == Standing(is_there=True)
    report = doctor.read(space, few.id)
    assert report is not None
    assert (report.dataset_id, report.network, report.pictures) == (few.id, "EfficientNet-Lite0", 36)
    assert report.folds == 10
    assert report.agreed == pytest.approx(1 - len(report.suspects) / 36)
    # Birds, fruit and vehicles are easily told apart.
    assert report.agreed > 0.8
    assert [one.quality for one in report.suspects] == sorted(one.quality for one in report.suspects)


def test_a_network_that_has_to_look_first_needs_a_worker(workspace: Workspace, crew: FakeEngine) -> None:
    drawn = [("ab"[row % 2], made.noise(row, (40, 40))) for row in range(8)]
    doctor.start(workspace, made.dataset(drawn)[0])
    assert crew.priorities == [Priority.QUICK]


def test_waiting_makes_it_once(space: Workspace, few: Dataset, crew: FakeEngine) -> None:
    crew.does = "run"
    told: list[Stage | None] = []
    first = doctor.wait(space, few, tell=told.append)
    assert doctor.wait(space, few) == first
    assert len(crew.submitted) == 1
    assert told


def test_a_wrong_label_is_found_in_the_next_version(space: Workspace, few: Dataset) -> None:
    """Its features are those of the version before."""
    wrong = next(item for item in few.items if item.name.startswith("cormorant"))
    moved = versions.move(space, few, [wrong], "vehicle")
    report = doctor.make(space, moved, job.plan_of(space, None))
    # With twelve of a class, some hard ones are as doubtful.
    (suspect,) = [one for one in report.suspects[:4] if moved.items[one.row].sha256 == wrong.sha256]
    assert suspect.suggested == (moved.classes.index("bird"),)
    assert {moved.items[row].label for row in suspect.near} == {moved.classes.index("bird")}
    doctor.remove(space, moved.id)


def test_a_run_on_the_same_backbone_has_the_same_report(space: Workspace, trained: Run, few: Dataset) -> None:
    assert not doctor.is_other(space, trained)
    padded = replace(trained, recipe=Recipe.parse({"backbone": {"fit": "pad"}}))
    assert doctor.is_other(space, padded)
    reports.kept(space, few, [])
    assert doctor.look(space, few.id, trained).is_there
    assert not doctor.look(space, few.id, padded).is_there


def test_layers_that_saw_the_labels_are_no_judges(space: Workspace, trained: Run) -> None:
    phases = [{"epochs": 1, "freeze": "all"}, {"epochs": 1, "freeze": 100}]
    tuned = replace(trained, recipe=Recipe.parse({"phases": phases}))
    assert not doctor.is_other(space, tuned)
    assert len(job.plan_of(space, tuned).phases) == 1


def test_why_it_failed_is_told(
    space: Workspace, few: Dataset, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise DatasetError("A picture is missing.")

    monkeypatch.setattr(job, "make", fail)
    crew.does = "run"
    with pytest.raises(DatasetError, match=r"A picture is missing\."):
        doctor.wait(space, few)
    assert doctor.look(space, few.id) == Standing(failure="A picture is missing.")


def test_a_damaged_report_is_none(space: Workspace, few: Dataset, crew: FakeEngine) -> None:
    reports.kept(space, few, [])
    name = store.name(few.id, job.plan_of(space, None))
    (space.home / "doctor" / f"{name}.json").write_text('{"version": 1}')
    assert doctor.look(space, few.id) == Standing()


def test_it_goes_with_its_dataset_and_not_while_it_is_made(
    space: Workspace, few: Dataset, crew: FakeEngine
) -> None:
    version = versions.delete(space, few, few.items[:1])
    reports.kept(space, version, [])
    doctor.decide(space, version, 0, doctor.Decision(doctor.Action.KEEP))
    doctor.start(space, version)
    # Another's report is nothing to wait for.
    crew.queue[f"doctor-{few.id}-0123456789ab"] = JobState.RUNNING
    with pytest.raises(DatasetError, match="labels are being judged"):
        dataset_removal.remove(space, version)
    crew.queue.clear()
    dataset_removal.remove(space, version)
    assert not [*(space.home / "doctor").glob(f"{version.id}*")]
