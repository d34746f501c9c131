"""How the default recipe is compared with others: the sums, a small round, and the figures that are kept."""

import json
import math
import shutil
from pathlib import Path

import pytest

from bench.quality import __main__ as command
from bench.quality import figures, pictures
from bench.quality.contenders import DEFAULT, Contender, Group, contenders
from bench.quality.document import Results
from bench.quality.trial import Clock, Trial
from tests.conftest import ROOT
from tlcore import datasets
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.runs import Run
from tlcore.workspace import Workspace

KEPT = ROOT / "bench" / "quality" / "results.json"


def trials_of(contender: str, accuracies: list[float], pictures: str = "drawings") -> list[Trial]:
    return [
        Trial(pictures, contender, seed, accuracy, 1 - accuracy, 2.0, 0.0)
        for seed, accuracy in enumerate(accuracies)
    ]


def test_no_recipe_is_there_twice_and_the_default_is_the_first() -> None:
    found = contenders()
    assert found[0].recipe == Recipe()
    assert len({one.recipe.id for one in found}) == len({one.name for one in found}) == len(found)
    assert {one.group for one in found} == set(Group)
    assert not any(one.recipe.augmentation.changes for one in found if one.group is not Group.MORE)
    assert all(one.recipe.epochs <= Recipe().epochs for one in found if one.group is not Group.MORE)


def test_a_paired_difference_has_the_interval_of_students_t() -> None:
    found = figures.paired([0.8, 0.9, 0.7, 0.9], [0.7, 0.7, 0.6, 0.7])
    # Gaps of 0.1, 0.2, 0.1, 0.2; the 97.5th percentile of t with 3 degrees of freedom is 3.182.
    half = 3.182446 * math.sqrt(0.01 / 3) / 2
    assert (found.mean, found.low, found.high) == pytest.approx((0.15, 0.15 - half, 0.15 + half))
    # t = 5.196, two-sided.
    assert found.p_value == pytest.approx(0.01385, abs=1e-4)


def test_the_same_answers_are_no_difference() -> None:
    same = figures.paired([0.8, 0.9], [0.8, 0.9])
    assert (same.mean, same.low, same.high, same.p_value) == (0, 0, 0, 1)


def test_better_is_more_accuracy_and_less_loss_and_only_where_it_is_measurable() -> None:
    groups = {"default": Group.SAME, "good": Group.SAME, "lucky": Group.SAME, "long": Group.MORE}
    default = [0.70, 0.74, 0.66, 0.71, 0.69]
    trials = [
        *trials_of("default", default),
        *trials_of("good", [one + 0.10 + 0.01 * (one > 0.7) for one in default]),
        *trials_of("lucky", [0.90, 0.50, 0.80, 0.60, 0.75]),
        *trials_of("long", [one + 0.2 + 0.01 * (one > 0.7) for one in default]),
    ]
    rows = figures.compare(trials, groups)
    assert [row.contender for row in figures.better(rows, "accuracy")] == ["good"]
    assert [row.contender for row in figures.better(rows, "log_loss")] == ["good"]
    good = rows[1].differences
    assert rows[0].differences is None
    assert good is not None
    assert good["accuracy"].mean == pytest.approx(0.104)
    assert good["log_loss"].mean == pytest.approx(-0.104)


def test_holm_corrects_for_the_number_of_recipes() -> None:
    default, other = [0.7, 0.7, 0.6, 0.7], [0.8, 0.9, 0.7, 0.9]
    p_value = figures.paired(other, default).p_value
    names = [f"recipe {number}" for number in range(10)]
    trials = trials_of("default", default) + trials_of(names[0], other)
    # The others are as the default.
    trials += [trial for name in names[1:] for trial in trials_of(name, default)]
    rows = figures.compare(trials, dict.fromkeys(["default", *names], Group.SAME))
    assert rows[1].differences is not None
    assert rows[1].differences["accuracy"].p_value == pytest.approx(10 * p_value)
    assert figures.better(rows, "accuracy") == []


def test_each_set_counts_the_same() -> None:
    groups = {"default": Group.SAME, "other": Group.SAME}
    trials = [
        *trials_of("default", [0.5, 0.5], "drawings"),
        *trials_of("default", [0.9, 0.9], "digits"),
        *trials_of("other", [0.6, 0.7], "drawings"),
        *trials_of("other", [0.8, 0.9], "digits"),
    ]
    _, other = figures.compare(trials, groups)
    assert other.accuracy == pytest.approx(0.75)
    assert other.differences is not None
    # Of the two sets 0.1 and -0.1 with the first seed, 0.2 and 0 with the second.
    assert other.differences["accuracy"].mean == pytest.approx(0.05)


def test_no_round_is_begun_that_would_take_too_long() -> None:
    clock = Clock(minutes=1)
    clock.round_ended()
    assert clock.has_time()
    assert not Clock(minutes=-1).has_time()


@pytest.fixture
def used(workspace: Workspace, trained: Run) -> Workspace:
    """The shared workspace with its features, to be written into."""
    shutil.copytree(trained.folder.parents[1], workspace.home)
    return workspace


def test_a_round_trains_on_other_pictures_each_time_and_writes_what_it_found(
    used: Workspace, few: Dataset, tmp_path: Path
) -> None:
    dataset = datasets.load(used, few.id)
    before = {*used.runs.iterdir()}
    short = [
        Contender(
            name, Group.SAME, DEFAULT.recipe.with_changes({"phases.0.epochs": 2, "head.layers": layers})
        )
        for name, layers in (("default", [{"dense": 8}]), ("output only", []))
    ]
    found = Results(short, [dataset], {dataset.name: "drawings of the sample"})
    assert command.expected_s(used, short, [dataset], seeds=2) > 0
    command.measure(found, used, seeds=2, minutes=10, folder=tmp_path)

    assert [(trial.contender, trial.seed) for trial in found.trials] == [
        ("default", 0),
        ("output only", 0),
        ("default", 1),
        ("output only", 1),
    ]
    sides = [pictures.split_anew(used, dataset, seed).items for seed in range(2)]
    assert sides[0] != sides[1]
    assert all(0 <= trial.accuracy <= 1 and trial.log_loss > 0 for trial in found.trials)
    assert {*used.runs.iterdir()} == before
    told = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert told["pictures"]["few"]["pictures"] == 36
    assert len(told["trials"]) == 4
    _, other = told["tables"]["few"]
    assert other["contender"] == "output only"
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert "| output only |" in page
    assert "Drawings of the sample." in page


def test_digits_are_pictures_of_ten_classes(tmp_path: Path) -> None:
    pictures.SETS["digits"].write(tmp_path / "digits")
    folders = sorted((tmp_path / "digits").iterdir())
    assert [len([*folder.iterdir()]) for folder in folders] == [pictures.DIGITS_OF_EACH] * 10


def test_the_figures_that_are_kept_are_of_the_default_as_it_is() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    first, *_ = kept["recipes"].values()
    assert Recipe.parse({key: value for key, value in first.items() if key != "group"}) == Recipe()
    assert len({trial["seed"] for trial in kept["trials"]}) >= 5


def test_the_default_does_not_lose_to_a_recipe_of_the_same_cost() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    trials = [Trial(**trial) for trial in kept["trials"]]
    groups = {name: Group(one["group"]) for name, one in kept["recipes"].items()}
    assert figures.better(figures.compare(trials, groups), "accuracy") == []
