"""The page that opens, the sample at one click, the steps at the side; and no page without a way on."""

import ast
import shutil
import time
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import guided, person
from tests.conftest import ROOT, SAMPLE
from tests.pages.recipe_pages import Page
from tests.pages.test_pages import PAGES, TITLES, opened, shown
from tlcore import datasets, engine, intake_records, jobs, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture(autouse=True)
def one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest has another cookie at each rerun."""
    monkeypatch.setattr(person, "name", lambda: "somebody")


@pytest.fixture(autouse=True)
def full_control() -> None:
    """The depth is the person's here."""


@pytest.fixture
def with_engine(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("THAW_ENGINE_PRELOAD", "")
    yield home
    if (crew := engine.find(home)) is not None:
        crew.stop()


def all_pages() -> list[str]:
    """The files of the pages, as the shell lists them."""
    tree = ast.parse((ROOT / "pages" / "main.py").read_text("utf-8"))
    pages = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGES"
    )
    constants = (node.value for node in ast.walk(pages) if isinstance(node, ast.Constant))
    return [file for file in constants if file.endswith(".py")]


def steps(app: AppTest) -> list[str]:
    """What is said of each step at the side."""
    lines = next(one.value for one in app.sidebar.caption if "**Pictures**" in one.value)
    return [line.split(" ", 1)[1].replace("\\", "").strip() for line in lines.split("\n")]


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def links(app: AppTest) -> list[str]:
    return [link.label.replace("\\", "") for link in app.main.get("page_link")]


def test_every_page_is_tested() -> None:
    assert all_pages() == list(PAGES.values())


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("id", [None, "00000000-00000000"])
def test_no_page_is_empty(home: Workspace, page: str, id: str | None) -> None:
    app = opened(page, **(dict.fromkeys(("run", "dataset", "recipe", "intake"), id) if id else {}))
    said = [one.value for kind in ("info", "markdown", "caption") for one in getattr(app.main, kind)]
    assert any(sentence.strip().endswith((".", ":")) for sentence in said), said
    assert any(button.type != "tertiary" for button in app.main.button) or links(app)
    unknown = id and page not in ("Start", "Compare", "Runs", "Concepts")
    assert bool(app.error) == bool(unknown)


def test_an_empty_workspace_offers_the_sample_and_ones_own(home: Workspace) -> None:
    app = opened("Start")
    assert [title.value for title in app.title] == [TITLES["Start"]]
    assert "No pictures yet." in shown(app)
    assert "No runs yet." in shown(app)
    strip = app.main.get("html")[0].proto.body
    assert "121 frozen in ice blue, 20 thawed and trained in ember, then 4 layers of the head" in strip
    click(app, "Bring your own pictures")
    assert [title.value for title in app.title] == ["Data"]


def test_one_click_takes_the_sample_in_and_trains(
    with_engine: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[Recipe, Dataset]] = []

    def start(workspace: Workspace, recipe: Recipe, dataset: Dataset, *, owner: str) -> Run:
        begun.append((recipe, dataset))
        return runs.create(workspace, recipe, dataset)

    # What a training does is tested elsewhere; here it is that one begins.
    monkeypatch.setattr(jobs, "start", start)
    app = click(opened("Start"), "Try it with the sample")
    deadline = time.monotonic() + 60
    while not begun:
        assert time.monotonic() < deadline, shown(app)
        assert "Something went wrong" not in shown(app)
        app.run()
    assert [title.value for title in app.title] == ["Train"]
    [(recipe, dataset)] = begun
    assert recipe == Recipe()
    assert len(dataset.items) == 228
    run = runs.list_all(with_engine)[0]
    chosen = {id: app.query_params[id] for id in ("run", "dataset", "recipe")}
    assert chosen == {"run": run.id, "dataset": dataset.id, "recipe": recipe.id}
    assert "a ready-made recipe trains on it" in shown(app)
    assert "intake" not in app.query_params
    # Seen again, it does not begin anew.
    app.switch_page(str(ROOT / "pages" / "home" / "start.py")).run()
    assert len(begun) == 1


def test_an_intake_that_was_stopped_trains_nothing(home: Workspace) -> None:
    record = intake_records.create(home, SAMPLE, name="clipart")
    record.record("stopped")
    app = opened("Start", intake=record.id)
    app.session_state["thaw"].notes["sample_intake"] = record.id
    app.run()
    assert "sample_intake" not in app.run().session_state["thaw"].notes
    assert "intake" not in app.query_params
    assert runs.list_all(home) == []
    assert "Try it with the sample" in [button.label for button in app.button]


def test_recent_datasets_and_runs_are_links(
    home: Workspace, shared_workspace: Workspace, trained: Run
) -> None:
    # Of its own: what else lies in the shared workspace is newer or older.
    for name in (f"runs/{trained.id}", f"datasets/{trained.dataset_id}"):
        shutil.copytree(shared_workspace.home / name, home.home / name)
    app = opened("Start")
    dataset = datasets.load(home, trained.dataset_id)
    assert "few" in links(app)
    assert f"{trained.name} · {trained.dataset_name}" in links(app)
    assert f"{len(dataset.items)} pictures · {len(dataset.classes)} classes" in shown(app)
    accuracy = f"{trained.events()[-1]['val_accuracy']:.1%}"
    assert f"done · accuracy {accuracy}" in shown(app).replace("\\", "")
    queries = [link.proto.query_string for link in app.main.get("page_link")]
    assert f"dataset={trained.dataset_id}&run={trained.id}" in queries


def test_at_most_five_of_each_are_shown(home: Workspace, few: Dataset) -> None:
    for number in range(7):
        runs.create(home, Recipe(), few, name=f"Run {number}")
    assert sum("Run" in link for link in links(opened("Start"))) == 5


def test_the_steps_say_what_is_done_and_what_is_missing(at_home: Workspace, trained: Run) -> None:
    assert steps(opened("Start")) == [
        "**Pictures** to do",
        "**Recipe** to do · the default one is ready",
        "**Training** to do",
        "**Evaluation** to do",
        "**Export** to do",
    ]
    dataset = datasets.load(at_home, trained.dataset_id)
    pictures = f"**Pictures** done · {len(dataset.items)} in {len(dataset.classes)} classes"
    assert steps(opened("Start", dataset=dataset.id))[:2] == [
        pictures,
        "**Recipe** to do · the default one is ready",
    ]
    accuracy = f"{trained.events()[-1]['val_accuracy']:.1%}"
    said = steps(opened("Start", run=trained.id))
    assert said[:4] == [
        pictures,
        "**Recipe** done · efficientnet_lite0",
        "**Training** done",
        f"**Evaluation** done · {accuracy} right",
    ]


def test_a_run_that_failed_is_still_to_do(home: Workspace, few: Dataset) -> None:
    run = runs.create(home, Recipe(), few)
    run.record("failed", message="It cannot be.")
    assert steps(opened("Start", run=run.id))[2:4] == ["**Training** to do · failed", "**Evaluation** to do"]


def test_guided_answers_choose_the_recipe(home: Workspace) -> None:
    page = Page(home, "Model", None)
    assert page.has("radio", "What are your pictures?")
    assert not page.has("selectbox", "Pretrained network")
    page.set("radio", "How long may the training take?", "minutes")
    assert (page.recipe.phases[0].patience, page.recipe.augmentation.views) == (8, 4)
    page.set("radio", "What matters more?", "rare")
    assert page.recipe.class_weights == "balanced"
    assert "4 variants of each picture" in page.words
    assert "the same for each class" in page.words
    assert "Set otherwise" not in page.words


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"views": "fresh", "rotation": 10}, "new variants of each picture in every epoch"),
        ({"views": 4, "rotation": 10}, "4 variants of each picture"),
        ({"views": 1, "rotation": 10}, "none"),
        ({"views": 4}, "none"),
    ],
)
def test_guided_says_what_the_augmentation_does(chosen: dict[str, object], said: str) -> None:
    assert guided._augmentation_words(Recipe.parse({"augmentation": chosen}).augmentation) == said


def test_changing_depth_keeps_all_choices(home: Workspace) -> None:
    page = Page(home, "Model", None)
    page.set("radio", "Where will the model run?", "phone")
    answered = page.recipe
    page.set("button_group", "How much to decide", "full")
    assert page.recipe == answered
    page.click("Add dropout")
    own = page.recipe
    assert len(own.head.layers) == len(answered.head.layers) + 1
    page.set("button_group", "How much to decide", "guided")
    assert page.recipe == own
    assert "Set otherwise than these answers choose, and kept: head." in page.words
    assert page.find("radio", "Where will the model run?").value == "phone"
    # An answer about something else leaves it; one button gives it up.
    page.set("radio", "What matters more?", "rare")
    assert page.recipe == own.changed("class_weights", "balanced")
    page.click("Take what the answers choose")
    assert page.recipe == answered.changed("class_weights", "balanced")


def test_the_depth_is_what_was_used_last(home: Workspace) -> None:
    Page(home, "Model", None).set("button_group", "How much to decide", "full")
    assert Page(home, "Model", None).has("selectbox", "Pretrained network")


def test_who_has_trained_before_finds_all_controls(home: Workspace, few: Dataset) -> None:
    runs.create(home, Recipe(), few)
    assert Page(home, "Model", None).has("selectbox", "Pretrained network")
