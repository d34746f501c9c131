"""The model card: YAML that the hub reads, sections that people read, and its place beside an export."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pages.ui import downloads
from tests.exporters import tiny_runs
from tests.reports import reported
from tlcore import confidence, evaluation, exporters, limits, model_card
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import RunError
from tlcore.runs import Run
from tlcore.workspace import Workspace

SECTIONS = [
    "Intended use",
    "Limits",
    "Data",
    "Training",
    "Figures",
    "How sure it is",
    "Licence",
    "What only you know",
    "To train it again",
]


def parts(card: str) -> tuple[dict, list[Token]]:
    """The head, and the tokens of the rest, inline ones included."""
    before, head, text = card.split("---\n", 2)
    assert before == ""
    blocks = MarkdownIt().enable(["table", "strikethrough"]).parse(text)
    return yaml.safe_load(head), [*blocks, *(child for block in blocks for child in block.children or [])]


def titles(tokens: list[Token], level: str) -> list[str]:
    places = [place for place, token in enumerate(tokens) if token.type == "heading_open"]
    return [tokens[place + 1].content for place in places if tokens[place].tag == level]


def test_the_head_is_what_the_hub_reads(shared_workspace: Workspace, trained: Run) -> None:
    head, _ = parts(model_card.text(shared_workspace, trained))
    judged = evaluation.load(trained).splits
    assert head["license"] == "apache-2.0"
    assert head["library_name"] == "keras"
    assert head["pipeline_tag"] == "image-classification"
    assert {"thaw", "transfer-learning", "efficientnet_lite0"} <= set(head["tags"])
    (model,) = head["model-index"]
    assert model["name"] == "Shared run"
    assert [one["dataset"]["split"] for one in model["results"]] == ["validation", "test"]
    first = model["results"][0]
    assert first["dataset"]["revision"] == trained.dataset_id
    assert {one["type"]: one["value"] for one in first["metrics"]} == {
        "accuracy": round(judged[Split.VAL].accuracy, 4),
        "f1": round(judged[Split.VAL].figures.macro_f1, 4),
    }


def test_weights_of_nobody_knows_whom_name_no_licence(shared_workspace: Workspace, trained: Run) -> None:
    run = replace(trained, recipe=trained.recipe.changed("backbone.weights", "mine.h5"))
    head, tokens = parts(model_card.text(shared_workspace, run))
    assert "license" not in head
    assert "mine.h5" in [token.content for token in tokens if token.type == "code_inline"]


def test_another_licence_is_named(
    shared_workspace: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_card.head.origin, "licence", lambda *words: "Homemade 1.0")
    head, _ = parts(model_card.text(shared_workspace, trained))
    assert (head["license"], head["license_name"]) == ("other", "Homemade 1.0")


def test_it_has_all_sections_and_limits(shared_workspace: Workspace, trained: Run) -> None:
    card = model_card.text(shared_workspace, trained)
    _, tokens = parts(card)
    assert titles(tokens, "h2") == SECTIONS
    listed = [token.content for token in tokens if token.type == "inline"]
    for sentence in limits.of(shared_workspace, trained):
        assert any(sentence == line.replace("\\", "") for line in listed), sentence
    written = [token.content for token in tokens if token.type == "code_block"]
    assert [Recipe.parse(yaml.safe_load(text)) for text in written] == [trained.recipe]
    for one in evaluation.load(trained).splits[Split.VAL].classes:
        assert f"| `{one.name}` | {one.precision:.1%} | {one.recall:.1%} |" in card


def test_what_a_user_wrote_is_text(workspace: Workspace) -> None:
    head, tokens = parts(model_card.text(workspace, reported.hostile(workspace)))
    assert head["model-index"][0]["name"] == reported.NAME
    active = {"image", "html_block", "html_inline", "strong_open", "em_open", "link_open", "s_open"}
    assert not {token.type for token in tokens} & active
    assert titles(tokens, "h2") == SECTIONS
    spans = {token.content for token in tokens if token.type == "code_inline"}
    assert {" ".join(name.split()) for name in reported.CLASSES} <= spans


def test_what_was_chosen_about_doubt_is_told(workspace: Workspace) -> None:
    run = reported.hostile(workspace)
    assert "Nothing was chosen: it always answers" in model_card.text(workspace, run)
    confidence.use(run, 0.7)
    assert 'It says "I don\'t know" where it is less than 70% sure.' in model_card.text(workspace, run)


def test_a_run_outlives_its_pictures(shared_workspace: Workspace, trained: Run) -> None:
    card = model_card.text(shared_workspace, replace(trained, dataset_id="0123456789abcdef"))
    assert "whose pictures were deleted since; its id is `0123456789abcdef`." in card


def test_a_run_without_a_model_has_no_card(workspace: Workspace, few: Dataset) -> None:
    run = tiny_runs.bare(workspace, few)
    run.model_file.unlink()
    with pytest.raises(RunError, match="has no model yet"):
        model_card.text(workspace, run)


def test_it_lies_beside_an_export(home: Workspace, few: Dataset, tmp_path: Path) -> None:
    run = tiny_runs.bare(home, few)
    tiny_runs.put(home, run, "onnx")
    made = downloads.make(home, "exports", (run.id, "onnx"))
    with zipfile.ZipFile(io.BytesIO(b"".join(made.pieces))) as archive:
        assert archive.read("MODEL_CARD.md").decode() == model_card.text(home, run)
    made.over()
    exporters.package(home, run, ["onnx"], tmp_path / "plain.zip")
    with zipfile.ZipFile(tmp_path / "plain.zip") as archive:
        assert "MODEL_CARD.md" not in archive.namelist()
