"""The Label doctor page: asked for, suspects by pages, decided by clicks, and made into the next version."""

import pytest
from streamlit.testing.v1 import AppTest

from tests import pictures, several_labels
from tests.doctor import reports
from tests.pages.test_pages import opened, shown
from tlcore import datasets, doctor, intake, jobs, recipes, runs
from tlcore.asked import Stage, Standing
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.doctor import Action, Decision
from tlcore.runs import Run
from tlcore.workspace import Workspace

CUP, MUG, POT = 0, 1, 2
PAGE = "Label doctor"


@pytest.fixture
def dataset(home: Workspace) -> Dataset:
    return intake.take(home, pictures.classes("cup", "mug", "pot", each=8).items(), name="things")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Ids of the datasets whose labels were to be judged, and of the run that was to give the features."""
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(
        doctor,
        "start",
        lambda space, dataset, run, *, owner: asked.append((dataset.id, run.id if run else "")),
    )
    return asked


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Runs that were to be trained."""
    queued: list[Run] = []

    def start(space: Workspace, recipe: Recipe, dataset: Dataset, *, owner: str) -> Run:
        queued.append(runs.create(space, recipe, dataset))
        return queued[-1]

    monkeypatch.setattr(jobs, "start", start)
    return queued


def suspected(home: Workspace, dataset: Dataset, *rows: int, **changes: object) -> AppTest:
    """The page on a report that takes the pictures for mugs, cups where they are mugs."""
    found = [reports.suspect(row, CUP if dataset.items[row].label == MUG else MUG) for row in rows]
    reports.kept(home, dataset, found, **changes)
    return opened(PAGE, dataset=dataset.id)


def words(page: AppTest) -> str:
    assert not page.exception
    found = shown(page) + "\n".join(one.value for one in page.success)
    assert "Something went wrong" not in found
    return found.replace("\\", "")


def labels(page: AppTest) -> list[str]:
    return [one.label.replace("\\", "") for one in page.button]


def click(page: AppTest, label: str, nth: int = 0) -> AppTest:
    [one for one in page.button if one.label.replace("\\", "") == label][nth].click().run()
    words(page)
    return page


def now(page: AppTest, home: Workspace) -> Dataset:
    return datasets.load(home, page.query_params["dataset"])


def test_it_is_asked_for(dataset: Dataset, started: list[tuple[str, str]]) -> None:
    click(opened(PAGE, dataset=dataset.id), "Judge the labels")
    assert started == [(dataset.id, "")]


def test_how_far_it_is_and_why_it_failed(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    standing = Standing(under_way=True, stage=Stage("heads", 5, 20))
    monkeypatch.setattr(doctor, "look", lambda *args: standing)
    page = opened(PAGE, dataset=dataset.id)
    (bar,) = page.get("progress")
    assert bar.proto.value == 25
    assert bar.proto.text == "Training heads without the pictures that they judge: 5 of 20"
    standing = Standing(failure="There is no room.")
    page = opened(PAGE, dataset=dataset.id)
    assert "There is no room." in words(page)
    assert "Try again" in labels(page)


def test_a_suspect_says_what_speaks_against_it(home: Workspace, dataset: Dataset) -> None:
    page = suspected(home, dataset, 2)
    told = words(page)
    assert "1 picture of 24** does not look like its label" in told
    assert "Label: **cup**" in told
    assert "Looks like: **mug**" in told
    assert "give 'mug' 85% and its own class less than 1%. Of its 10 nearest pictures, 7 are 'mug'" in told
    assert page.get("image")[0].proto.imgs[0].alt == f"cup: {dataset.items[2].name}"
    assert "decided**" not in told
    assert "Make new version" not in labels(page)


def test_decisions_are_kept_and_counted(home: Workspace, dataset: Dataset) -> None:
    page = suspected(home, dataset, 2, 3, 4)
    click(page, "Keep")
    assert "**1 decided**: 1 kept" in words(page)
    (button,) = [one for one in page.button if one.label == "Make new version"]
    assert button.disabled
    click(page, "Move to mug")
    click(page, "Remove")
    assert "**3 decided**: 1 moved, 1 removed, 1 kept" in words(page)
    # Another tab, or this one after a reload.
    again = opened(PAGE, dataset=dataset.id)
    told = words(again)
    assert all(part in told for part in ("Right as it is.", "Will be mug.", "Will be removed."))
    click(again, "Undo")
    assert doctor.decided(home, dataset) == {
        3: Decision(Action.MOVE, ("mug",)),
        4: Decision(Action.REMOVE),
    }


def test_a_picture_is_moved_to_another_class(home: Workspace, dataset: Dataset) -> None:
    page = suspected(home, dataset, 2)
    page.session_state[f"other_{dataset.id}_2"] = True
    page.run()
    (choice,) = [one for one in page.selectbox if one.label == "Class"]
    assert choice.options == ["mug", "pot"]
    choice.set_value(POT).run()
    click(page, "Move")
    assert doctor.decided(home, dataset) == {2: Decision(Action.MOVE, ("pot",))}


def test_the_new_version_is_judged_and_what_was_kept_does_not_come_back(
    home: Workspace, dataset: Dataset, started: list[tuple[str, str]]
) -> None:
    page = suspected(home, dataset, 2, 3, 4)
    click(page, "Keep")
    click(page, "Move to mug")
    click(page, "Make new version")
    version = now(page, home)
    assert version.change == "Label doctor: 1 picture moved"
    assert pictures.sizes(version) == {"cup": 7, "mug": 9, "pot": 8}
    assert started == [(version.id, "")]
    assert "**Version 2**: Label doctor: 1 picture moved" in words(page)
    told = words(suspected(home, version, 2, 3, 4))
    assert "1 picture of 24** does not look like its label" in told
    assert "2 pictures left out: you decided in an earlier version." in told
    told = words(suspected(home, version, 2))
    assert "agree with the labels of the other pictures" in told


def test_a_training_follows_with_the_recipe_of_the_run(
    home: Workspace, dataset: Dataset, trainings: list[Run]
) -> None:
    recipe = Recipe().changed("phases.0.epochs", 3)
    run = runs.create(home, recipe, dataset)
    reports.kept(home, dataset, [reports.suspect(2, MUG)])
    page = opened(PAGE, dataset=dataset.id, run=run.id)
    click(page, "Remove")
    click(page, "… and train again with the same recipe")
    (queued,) = trainings
    assert (queued.recipe, queued.dataset_id) == (recipe, page.query_params["dataset"])
    assert page.query_params["run"] == queued.id
    assert pictures.sizes(now(page, home)) == {"cup": 7, "mug": 8, "pot": 8}
    assert [one.value for one in page.title] == ["Train"]


def test_without_a_run_it_is_the_recipe_being_designed(
    home: Workspace, dataset: Dataset, trainings: list[Run]
) -> None:
    recipe = Recipe().changed("phases.0.epochs", 4)
    reports.kept(home, dataset, [reports.suspect(2, MUG)])
    page = opened(PAGE, dataset=dataset.id, recipe=recipes.save(home, recipe))
    click(page, "Remove")
    click(page, "… and train again with the same recipe")
    assert [one.recipe for one in trainings] == [recipe]


def test_a_refusal_is_a_sentence_and_keeps_the_decisions(
    home: Workspace, dataset: Dataset, started: list[tuple[str, str]]
) -> None:
    for row in range(5):
        doctor.decide(home, dataset, row, Decision(Action.REMOVE))
    page = suspected(home, dataset, *range(6))
    click(page, "Make new version")
    assert "Class 'cup' has 3 usable images; 4 are needed" in words(page)
    assert (now(page, home), started) == (dataset, [])
    assert len(doctor.decided(home, dataset)) == 5


def test_suspects_come_a_dozen_at_a_time(home: Workspace, dataset: Dataset) -> None:
    page = suspected(home, dataset, *range(15))
    assert labels(page).count("Keep") == 12
    page.get("pagination")[0].set_value(2).run()
    assert labels(page).count("Keep") == 3
    click(page, "Keep", 1)
    # The page that was turned to stays.
    assert labels(page).count("Keep") == 2
    assert doctor.decided(home, dataset) == {13: Decision(Action.KEEP)}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "agree with the labels of all 24 pictures."),
        ({"not_judged": ("pot",)}, "same group: pictures of pot."),
        ({"agreed": None, "not_judged": ("cup", "mug", "pot")}, "same group: pictures of cup, mug, pot."),
    ],
)
def test_nobody_is_suspected(
    home: Workspace, dataset: Dataset, changes: dict[str, object], said: str
) -> None:
    told = words(suspected(home, dataset, **changes))
    assert said in told
    assert ("agree with the labels of" in told) == ("agreed" not in changes)


def test_several_labels_are_changed_together(home: Workspace) -> None:
    dataset = several_labels.taken(home)
    row = next(row for row, item in enumerate(dataset.items) if "cat" in named(dataset, item.labels))
    found = reports.suspect(row, dataset.classes.index("owl"))
    reports.kept(home, dataset, [found])
    page = opened(PAGE, dataset=dataset.id)
    assert "Change to owl" in labels(page)
    page.session_state[f"other_{dataset.id}_{row}"] = True
    page.run()
    (choice,) = [one for one in page.multiselect if one.label == "Labels"]
    choice.set_value([dataset.classes.index(name) for name in ("cat", "owl")]).run()
    click(page, "Change")
    assert doctor.decided(home, dataset)[row] == Decision(Action.MOVE, ("cat", "owl"))


def named(dataset: Dataset, numbers: tuple[int, ...]) -> list[str]:
    return [dataset.classes[number] for number in numbers]


def test_another_backbone_can_be_asked(
    home: Workspace, dataset: Dataset, started: list[tuple[str, str]]
) -> None:
    run = runs.create(home, Recipe.parse({"backbone": {"fit": "pad"}}), dataset, name="**Padded**")
    page = opened(PAGE, dataset=dataset.id, run=run.id)
    (choice,) = [one for one in page.segmented_control if one.label == "Features of"]
    assert choice.value == "thaw"
    choice.set_value("run").run()
    click(page, "Judge the labels")
    assert started == [(dataset.id, run.id)]
