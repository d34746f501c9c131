"""The Map page: asked for, waited for, looked at; what a click chooses is in the link."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import opened, shown
from tlcore import atlas, evaluation, pictures
from tlcore.asked import Stage, Standing
from tlcore.atlas import Charted, Projection, job, lens
from tlcore.datasets import Split
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def charted(at_home: Workspace, trained: Run) -> Charted:
    job.atlas_job(str(at_home.home), trained.id, "pca")
    found = atlas.read(at_home, trained, Projection.PCA)
    assert found is not None
    return found


@pytest.fixture
def standing(at_home: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[[Standing], None]:
    """What is said of the job; nobody is asked to start one."""
    return lambda said: monkeypatch.setattr(atlas, "look", lambda *args: said)


def words(page: AppTest) -> str:
    assert not page.exception
    return shown(page).replace("\\", "")


def chart(page: AppTest) -> str:
    (found,) = page.get("plotly_chart")
    return str(found.proto.alt)


def test_it_is_asked_for(
    trained: Run, standing: Callable[[Standing], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, str]] = []
    monkeypatch.setattr(atlas, "start", lambda space, run, view, *, owner: started.append((run.id, view)))
    standing(Standing())
    page = opened("Map", run=trained.id)
    (button,) = [one for one in page.button if one.label == "Draw the map (PCA)"]
    button.click().run()
    assert started == [(trained.id, "pca")]
    assert not page.exception


def test_how_far_it_is_and_why_it_failed(trained: Run, standing: Callable[[Standing], None]) -> None:
    standing(Standing(under_way=True, stage=Stage("features", 9, 36)))
    page = opened("Map", run=trained.id)
    (bar,) = page.get("progress")
    assert (bar.proto.value, bar.proto.text) == (25, "What the network sees in the pictures: 9 of 36")
    standing(Standing(failure="There is no room."))
    page = opened("Map", run=trained.id)
    assert "There is no room." in words(page)
    assert "Try again" in [one.label for one in page.button]


def test_all_pictures_are_on_it_or_those_that_are_wanted(trained: Run, charted: Charted) -> None:
    page = opened("Map", run=trained.id)
    assert "Click a point" in words(page)
    wrong = len(evaluation.load(trained).splits[Split.VAL].mistakes)
    wrong += len(evaluation.load(trained).splits[Split.TEST].mistakes)
    assert chart(page) == f"Map by PCA of 36 pictures of 3 classes, {wrong} of them marked as mistakes"
    (classes,) = [one for one in page.multiselect if one.label == "Classes"]
    classes.set_value([1]).run()
    assert chart(page).startswith("Map by PCA of 12 pictures")
    page.session_state["map_side"] = Split.TEST
    page.run()
    assert chart(page).startswith("Map by PCA of 1 pictures")


def test_a_link_to_a_picture_shows_what_is_nearest(trained: Run, charted: Charted) -> None:
    item = charted.dataset.items[4]
    page = opened("Map", run=trained.id, point=item.sha256[:16])
    assert f"{item.name} · bird · " in words(page)
    assert "Nearest training pictures" in words(page)
    first = atlas.of_item(charted.dataset, charted.atlas, 4)[0]
    told = [image.proto.imgs[0].caption for image in page.get("image")]
    assert told[1].replace("\\", "") == f"{trained.classes[first.item.label]} {first.distance:.2f}"
    assert len(told) == 9
    stale = opened("Map", run=trained.id, point="of another dataset")
    assert "Click a point" in words(stale)


def beside() -> None:
    """What other pages do: the nearest of the picture in the link."""
    import streamlit as st

    from pages.ui import nearest
    from tlcore import pictures, runs
    from tlcore.workspace import Workspace

    space = Workspace.default()
    run = runs.load(space, st.query_params["run"])
    nearest.show(run, pictures.find(space, st.query_params["picture"]))


def nearest_of(space: Workspace, run: Run, content: bytes) -> AppTest:
    page = AppTest.from_function(beside, default_timeout=60)
    page.query_params["run"], page.query_params["picture"] = run.id, pictures.keep(space, content)
    return page.run()


def test_other_pages_show_the_nearest_of_a_new_picture(
    at_home: Workspace, trained: Run, charted: Charted, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = charted.dataset.of(Split.TRAIN)[4]
    page = nearest_of(at_home, trained, charted.dataset.path(item).read_bytes())
    assert not page.warning
    told = [image.proto.imgs[0].caption.replace("\\", "") for image in page.get("image")]
    # It was trained on: brought once more it is its own nearest.
    assert (len(told), told[0]) == (8, f"{trained.classes[item.label]} 0.00")
    grey = io.BytesIO()
    Image.new("RGB", (90, 90), "grey").save(grey, "PNG")
    # Where the features went, they are asked for.
    with monkeypatch.context() as gone:
        gone.setattr(lens, "is_kept", lambda *args: False)
        page = nearest_of(at_home, trained, grey.getvalue())
        assert [one.label for one in page.button] == ["Compare with the training pictures"]
        assert not page.error
    page = nearest_of(at_home, trained, grey.getvalue())
    assert "Unlike anything it was trained on: " in words(page)


def test_a_picture_is_found_by_its_name(trained: Run, charted: Charted) -> None:
    item = charted.dataset.items[20]
    page = opened("Map", run=trained.id)
    (field,) = [one for one in page.text_input if one.label.startswith("Find")]
    field.set_value(item.name.upper()).run()
    (found,) = [one for one in page.selectbox if one.label == "Found: 1"]
    found.set_value(item.sha256[:16]).run()
    assert item.name in words(page)
    assert "Nearest training pictures" in words(page)
    assert page.query_params["point"] == item.sha256[:16]


def test_umap_is_an_extra(trained: Run, charted: Charted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atlas, "is_available", lambda projection: projection is not Projection.UMAP)
    page = opened("Map", run=trained.id)
    page.session_state["map_view"] = Projection.UMAP
    page.run()
    assert "pip install 'thaw-studio[umap]'" in words(page)
    assert "Draw the map (t-SNE)" in [one.label for one in page.button]
