"""Where all pictures stand by what the network sees in them, and which are nearest to one."""

from collections.abc import Mapping

import streamlit as st

from pages.ui import comparing, guide, map_choice, nearest, session, state
from pages.ui.messages import guarded, keep_view, literal, shown
from pages.ui.pictures import gallery
from tlcore import atlas, evaluation
from tlcore.atlas import Charted, Projection
from tlcore.datasets import Split
from tlcore.runs import Run
from tlcore.words import mark, tr, trn

MOST_PICTURES = 24

_PROJECTIONS = {Projection.PCA: "PCA", Projection.TSNE: "t-SNE", Projection.UMAP: "UMAP"}
_MEANINGS = {
    Projection.PCA: mark(
        "PCA looks at the pictures from where they differ most. Groups that lie apart are apart; some that "
        "lie on each other are apart in a direction that is not seen here."
    ),
    Projection.TSNE: mark(
        "t-SNE keeps near pictures near. Which groups there are is to be believed; how far apart and how "
        "large they are is not."
    ),
    Projection.UMAP: mark(
        "UMAP keeps near pictures near, and somewhat of how the groups lie. How large they are means nothing."
    ),
}
_SIDES = {Split.TRAIN: mark("Training"), Split.VAL: mark("Validation"), Split.TEST: mark("Test")}


def show_map(run: Run) -> None:
    # A fragment is called by Streamlit, not by the page and its guard.
    with guarded():
        if state.selected("run") != run.id:
            st.rerun()
        projection = choose_projection()
        st.caption(tr(_MEANINGS[projection]))
        says = tr("Draw the map ({projection})", projection=_PROJECTIONS[projection])
        if comparing.is_done(run, projection, says):
            charted = atlas.read(state.workspace(), run, projection)
            if charted is not None:
                show_points(run, charted, projection)
        # The callbacks that led here chose a point and nothing else: the next link is followed.
        state.select(point=state.selected("point"))
        session.current().ahead = False


def choose_projection() -> Projection:
    chosen = st.segmented_control(
        tr("View"),
        list(Projection),
        format_func=_PROJECTIONS.__getitem__,
        default=Projection.PCA,
        required=True,
        key="map_view",
        bind="query-params",
        on_change=keep_view,
    )
    projection = Projection(chosen)
    if not atlas.is_available(projection):
        st.info(
            literal(f"{tr(atlas.INSTALL_UMAP)} {tr('Until then t-SNE shows much the same.')}"),
            icon=":material/info:",
        )
        return Projection.TSNE
    return projection


def show_points(run: Run, charted: Charted, projection: Projection) -> None:
    said = mistakes(run, charted)
    rows = map_choice.filtered(charted.dataset, said)
    left, right = st.columns([3, 2])
    with left:
        map_choice.draw(charted, rows, said, _PROJECTIONS[projection])
        if charted.own:
            st.caption(tr("By the features of this run's own layers, which it trained."))
        if said:
            st.caption(
                trn(
                    "{n} mistake on pictures it was not trained on has a ring.",
                    "{n} mistakes on pictures it was not trained on have a ring.",
                    len(said),
                )
            )
    with right:
        map_choice.find(charted.dataset)
        row, many = map_choice.chosen(charted.dataset), map_choice.several(charted.dataset)
        if many:
            show_many(charted, many)
        elif row is not None:
            show_one(run, charted, row, said)
        else:
            st.info(
                tr(
                    "Click a point to see its picture and the training pictures nearest to it. The lasso "
                    "above the map takes several."
                ),
                icon=":material/touch_app:",
            )


def mistakes(run: Run, charted: Charted) -> dict[int, str]:
    """By row, what the model said of pictures it was wrong about."""
    wrong = {}
    for result in evaluation.load(run).splits.values():
        for one in result.mistakes:
            labels = one.predicted_labels if result.several_labels else (one.predicted,)
            wrong[one.file, one.name] = ", ".join(run.classes[label] for label in labels) or tr("none")
    return {
        row: wrong[item.file, item.name]
        for row, item in enumerate(charted.dataset.items)
        if (item.file, item.name) in wrong
    }


def show_one(run: Run, charted: Charted, row: int, said: Mapping[int, str]) -> None:
    item = charted.dataset.items[row]
    names = ", ".join(run.classes[label] for label in item.labels)
    told = f" · {tr('taken for {class_names}', class_names=said[row])}" if row in said else ""
    path = charted.dataset.path(item)
    gallery([(path, "", f"{names}: {item.name}")], size_px=224)
    st.caption(literal(f"{item.name} · {names} · {tr(_SIDES[item.split])}{told}"))
    st.header(tr("Nearest training pictures"), anchor=False)
    nearest.show(run, path)


def show_many(charted: Charted, rows: list[int]) -> None:
    dataset = charted.dataset
    shown_rows = rows[:MOST_PICTURES]
    st.caption(
        trn("{n:,} picture", "{n:,} pictures", len(rows))
        if len(rows) <= MOST_PICTURES
        else tr(
            "{pictures:,} pictures, the first {shown} of them here", pictures=len(rows), shown=MOST_PICTURES
        )
    )
    items = [dataset.items[row] for row in shown_rows]
    names = [", ".join(dataset.classes[label] for label in item.labels) for item in items]
    gallery(
        [(dataset.path(item), name, f"{name}: {item.name}") for item, name in zip(items, names, strict=True)]
    )


st.title(tr("Map"))
run = guide.finished_run()
guide.headline(run)
st.markdown(
    tr(
        "Each point is a picture of the dataset. Points lie near each other when the pictures look alike to "
        "the network: a mistake among another class looks like that class; one far from its own is odd, or "
        "labelled wrongly."
    )
)
with shown():
    st.fragment(show_map)(run)
