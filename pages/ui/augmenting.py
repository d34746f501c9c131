"""Random changes of the training pictures: how much of each, what it costs, and how it looks."""

from typing import Any

import streamlit as st

from pages.ui import concept, controls, state
from pages.ui.messages import literal, shown, told
from tlcore import augmentation, images, presets, words
from tlcore.config import Augmentation, Recipe
from tlcore.datasets import Dataset, Split
from tlcore.numbers import bytes_words, share_words
from tlcore.plans import Plan
from tlcore.words import mark, tr

PREVIEW_PX = 160
# Six fit into a row, and two on a phone.
SHOWN_PX = 116
VARIANTS = 5
FRESH, FIXED = "fresh", "fixed"
# Translators: the variants of each picture are fixed, or there are fresh ones in each epoch
KINDS = {FIXED: mark("Fixed"), FRESH: mark("Fresh each epoch")}
FLIPS = {
    "none": mark("No"),
    "horizontal": mark("Left–right"),
    "vertical": mark("Top–bottom"),
    # Translators: pictures are flipped left–right and top–bottom
    "both": mark("Both"),
}
VIEWS = (1, 2, 3, 4, 6, 8, 12, 16)
# A single view of a picture is the picture itself, so a change needs more of them to be seen.
USUAL_VIEWS = 4
PART = "augmentation"
SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
# Label, values, help.
SLIDERS: dict[str, tuple[str, tuple[float, ...], str]] = {
    "rotation": (
        # Translators: this and the next ones are random changes of a picture
        mark("Rotation"),
        (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 90.0, 180.0),
        mark("Turned to either side."),
    ),
    "zoom": (mark("Zoom"), SHARES, mark("Shown larger or smaller.")),
    "shift": (mark("Shift"), SHARES, mark("Moved in any direction.")),
    "crop": (mark("Crop"), (*SHARES, 0.6, 0.8), mark("Share of the area that may be cut away.")),
    "brightness": (mark("Brightness"), (*SHARES, 0.7, 0.9), mark("Darker or brighter.")),
    "contrast": (mark("Contrast"), (*SHARES, 0.7, 0.9), mark("Flatter or stronger.")),
    "colour": (mark("Colour"), (*SHARES, 0.7, 0.9), mark("Paler or more colourful.")),
}


def set_augmentation(recipe: Recipe, dataset: Dataset, plan: Plan | None) -> None:
    """The card of the Train page. ``plan`` is None where the recipe cannot be planned."""
    st.caption(
        tr(
            "Changed copies of your pictures teach the model what does not matter: where a thing "
            "stands, how light it is. It helps most with few pictures."
        )
    )
    concept.what_is("augmentation")
    _preset(recipe.augmentation)
    with st.expander(tr("Set each change"), icon=":material/tune:"):
        _changes(recipe)
    if not recipe.augmentation.changes:
        return
    _views(recipe)
    st.caption(_cost(recipe, dataset, plan))
    with shown():
        _preview(recipe, dataset)


def _preset(choice: Augmentation) -> None:
    found = next((key for key, (_, preset) in presets.AUGMENTATIONS.items() if preset == choice), None)
    st.pills(
        tr("Ready-made"),
        list(presets.AUGMENTATIONS),
        format_func=lambda key: tr(presets.AUGMENTATIONS[key][0]),
        key=state.widget("augmentation_preset", found),
        on_change=_take_preset,
        help=tr("None is marked where you have set changes of your own."),
    )


@told
def _take_preset() -> None:
    # A second click on the marked one takes the mark away: no changes.
    _, choice = presets.AUGMENTATIONS[state.widget_value("augmentation_preset") or "none"]
    state.select_recipe(state.recipe().changed(PART, choice.model_dump(mode="json")))


def _changes(recipe: Recipe) -> None:
    controls.segments(
        recipe,
        tr("Flip"),
        f"{PART}.flip",
        FLIPS,
        also=_seen,
        wrap=True,
        help=tr("Mirrored, at random. Not for letters, signs and other things that have a side."),
    )
    with st.container(horizontal=True):
        for name, (label, values, help) in SLIDERS.items():
            controls.steps(
                recipe,
                tr(label),
                f"{PART}.{name}",
                values,
                format=_degrees if name == "rotation" else share_words,
                also=_seen,
                width=220,
                help=f"{tr(help)} {tr('Each time at random, up to this much; 0 is off.')}",
            )


def _seen(value: Any) -> dict[str, Any]:
    """The first change that is switched on brings variants to be seen in."""
    choice = state.recipe().augmentation
    first = not choice.changes and choice.views == 1
    return {f"{PART}.views": USUAL_VIEWS} if first else {}


def _degrees(value: float) -> str:
    return f"{words.number(value, 'g')}°"


def _views(recipe: Recipe) -> None:
    views = recipe.augmentation.views
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            tr("Variants"),
            [FIXED, FRESH],
            format_func=lambda kind: tr(KINDS[kind]),
            required=True,
            key=state.widget("views_kind", FRESH if views == FRESH else FIXED),
            on_change=_kind_changed,
            help=tr(
                "Fixed: some variants of each picture, computed once and taken in turn. Fresh: new ones "
                "in each epoch, the most variety and by far the most work."
            ),
        )
        if views != FRESH:
            controls.steps(
                recipe,
                tr("Variants of each picture"),
                f"{PART}.views",
                VIEWS,
                width=240,
                help=tr("The picture itself is the first of them; so 1 means no changes."),
            )


@told
def _kind_changed() -> None:
    views = FRESH if state.widget_value("views_kind") == FRESH else USUAL_VIEWS
    state.select_recipe(state.recipe().changed(f"{PART}.views", views))


def _cost(recipe: Recipe, dataset: Dataset, plan: Plan | None) -> str:
    choice = recipe.augmentation
    changes = tr("At random, a picture is {changes}.", changes=literal(augmentation.words(choice)))
    if choice.fresh:
        keeping = tr("Nothing is kept: in every epoch all layers run for every picture.")
    elif choice.views == 1:
        keeping = tr("With one variant this is never seen: take 2 or more.")
    else:
        keeping = _kept(choice, len(dataset.items), plan)
    return f"{changes} {keeping}"


def _kept(choice: Augmentation, pictures: int, plan: Plan | None) -> str:
    if plan is None:
        return tr(
            "{views} variants of {pictures:,} pictures are computed once and kept; epochs stay as fast as "
            "without.",
            views=choice.views,
            pictures=pictures,
        )
    # Phases that cut at the same place share what is kept.
    kept = {(phase.cut_point, phase.pooled): phase.bytes_per_image for phase in plan.phases}
    return tr(
        "{views} variants of {pictures:,} pictures are computed once and kept, {size} on disk; epochs stay "
        "as fast as without.",
        views=choice.views,
        pictures=pictures,
        size=bytes_words(sum(kept.values()) * pictures * choice.distinct_views),
    )


def _preview(recipe: Recipe, dataset: Dataset) -> None:
    pictures = dataset.of(Split.TRAIN)
    item = pictures[state.notes().get("augmented_picture", 0) % len(pictures)]
    pixels = images.load_rgb(dataset.path(item), PREVIEW_PX, recipe.backbone.fit)
    changed = augmentation.examples(
        pixels, recipe.augmentation, seed=recipe.seed, sha256=item.sha256, count=VARIANTS
    )
    with st.container(horizontal=True):
        for i, picture in enumerate([pixels, *changed]):
            what = tr("Variant {number}", number=i) if i else tr("The picture itself")
            st.image(picture, caption=what, alt=f"{what}: {item.name}", width=SHOWN_PX)
    st.button(tr("Another picture"), icon=":material/shuffle:", on_click=_another, args=(len(pictures),))


@told
def _another(count: int) -> None:
    # A step that meets pictures of all classes, which lie one after another.
    now = state.notes().get("augmented_picture", 0)
    state.notes()["augmented_picture"] = (now + max(1, count * 2 // 7)) % count
