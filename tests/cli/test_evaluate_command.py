"""``thaw evaluate``: the figures of a run, and the same ones from what it predicts of the same files."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as sk

from tlcore import intervals, reading
from tlcore.cli.app import app
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.predict import Predictor
from tlcore.runs import Run
from tlcore.workspace import Workspace


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    status = app(["evaluate", *words], standalone_mode=False) or 0
    return status, capsys.readouterr().out


@pytest.fixture
def home(shared_workspace: Workspace) -> list[str]:
    return ["--home", str(shared_workspace.home)]


def test_predicting_the_same_files_gives_the_same_figures(
    shared_workspace: Workspace,
    trained: Run,
    few: Dataset,
    few_pictures: Path,
    home: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = json.loads(asked(capsys, trained.id, *home, "--json")[1])
    assert (told["run"], [*told["splits"]]) == (trained.id, ["val", "test"])
    predictor = Predictor(shared_workspace, trained)
    for split in (Split.VAL, Split.TEST):
        items, said = few.of(split), told["splits"][split.value]
        files = [few_pictures / few.classes[item.label] / item.name for item in items]
        predictions = [predictor.predict_file(file) for file in files]
        probabilities = np.array([list(one.probabilities.values()) for one in predictions])
        # Exactly one in sum, which 32-bit numbers are not.
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        truth, predicted = np.array([item.label for item in items]), probabilities.argmax(axis=1)
        right = int((truth == predicted).sum())
        assert (said["pictures"], said["mistakes"]) == (len(items), len(items) - right)
        assert said["accuracy"] == pytest.approx(sk.accuracy_score(truth, predicted))
        assert said["interval"] == pytest.approx(intervals.wilson(right, len(items)))
        assert said["balanced_accuracy"] == pytest.approx(sk.balanced_accuracy_score(truth, predicted))
        assert said["macro_f1"] == pytest.approx(sk.f1_score(truth, predicted, average="macro"))
        assert said["weighted_f1"] == pytest.approx(sk.f1_score(truth, predicted, average="weighted"))
        assert said["confusion"] == sk.confusion_matrix(truth, predicted).tolist()
        assert said["log_loss"] == pytest.approx(sk.log_loss(truth, probabilities), abs=1e-3)
        auc = sk.roc_auc_score(truth, probabilities, multi_class="ovr")
        assert (said["macro_auc"], said["top_k_accuracy"]) == (pytest.approx(auc), None)
        report = sk.classification_report(truth, predicted, output_dict=True, zero_division=0)
        for number, one in enumerate(said["classes"]):
            expected = report[str(number)]
            assert one["name"] == few.classes[number]
            assert (one["precision"], one["recall"], one["f1"], one["support"]) == pytest.approx(
                tuple(expected[key] for key in ("precision", "recall", "f1-score", "support"))
            )
            answers = truth == number
            assert one["ap"] == pytest.approx(sk.average_precision_score(answers, probabilities[:, number]))


def test_one_side_of_the_split_with_what_its_figures_mean(
    trained: Run, home: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _, told = asked(capsys, trained.id, "--split", "test", *home)
    assert "3 test pictures" in told
    assert "validation" not in told
    assert "The share of the pictures whose class was" in " ".join(told.split())
    assert {"Accuracy", "Balanced accuracy", "Log loss", "ROC AUC"} <= {
        line.split("  ")[0].strip() for line in told.splitlines()
    }


def test_a_side_that_is_not_there_is_a_sentence(
    trained: Run, home: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, told = asked(capsys, trained.id, "--split", "train", *home, "--json")
    assert status == 1
    assert json.loads(told)["error"] == (
        "Shared run was not judged by pictures called 'train'. There are: val, test."
    )


def test_what_the_run_shows_is_told_with_a_recipe_to_try(
    shared_workspace: Workspace, trained: Run, home: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = reading.of(shared_workspace, trained)
    told = json.loads(asked(capsys, trained.id, *home, "--json")[1])["reading"]
    assert [one["sentence"] for one in told] == [one.sentence for one in found] != []
    for one, finding in zip(told, found, strict=True):
        change = finding.change
        assert (one["change"] is None) == (change is None)
        if change is not None:
            assert Recipe.parse(one["change"]["recipe"]).id == change.recipe.id != trained.recipe.id
    _, words = asked(capsys, trained.id, *home)
    assert found[0].sentence in " ".join(words.split())
