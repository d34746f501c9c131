"""Four questions that choose the recipe, and what they chose."""

from dataclasses import asdict, replace

import streamlit as st

from pages.ui import freezing, state
from pages.ui.messages import literal, told
from pages.ui.networks import at_hand
from pages.ui.numbers import price_words, seconds_words
from pages.ui.warn import warn
from tlcore import backbones, guided, preferences, prices
from tlcore.config import Recipe, freeze_words, layer_words
from tlcore.datasets import Dataset
from tlcore.guided import BUDGET_S, Answers, Goal, Pictures, Place, Time
from tlcore.plans import Plan
from tlcore.recipe_parts import Augmentation
from tlcore.words import mark, tr, trn

QUESTIONS = {
    "pictures": (
        mark("What are your pictures?"),
        {
            Pictures.PHOTOS: mark("Photographs of things, animals, people"),
            Pictures.DRAWINGS: mark("Drawings, icons, screenshots"),
            Pictures.ABOVE: mark("Seen from above or through a microscope"),
            Pictures.SIGNS: mark("Letters or signs, where left and right matter"),
        },
        mark(
            "Pretrained networks learned on photographs. What is unlike them gains from thawing more layers, "
            "if there is time for it."
        ),
    ),
    "time": (
        mark("How long may the training take?"),
        {
            Time.MINUTE: mark("About a minute"),
            Time.MINUTES: mark("Ten minutes"),
            Time.HOUR: mark("An hour"),
        },
        mark(
            "With more time each picture is shown in several variants, and the last layers are trained too."
        ),
    ),
    "place": (
        mark("Where will the model run?"),
        {
            Place.COMPUTER: mark("On a computer like this one"),
            Place.PHONE: mark("On a phone"),
            Place.BROWSER: mark("In a browser"),
        },
        mark("Smaller networks and smaller pictures answer faster on small devices."),
    ),
    "goal": (
        mark("What matters more?"),
        {
            Goal.OVERALL: mark("Few mistakes overall"),
            Goal.RARE: mark("Finding every one of rare classes"),
        },
        mark(
            "For rare classes their pictures weigh more, so that each class weighs the same. That costs some "
            "mistakes on the frequent ones."
        ),
    ),
}


def ask(recipe: Recipe) -> None:
    """The questions; each answer changes only what it stands for."""
    given = _answers()
    with st.container(border=True):
        st.header(tr("Four questions"), anchor=False)
        for columns in (("pictures", "time"), ("place", "goal")):
            for place, name in zip(st.columns(2), columns, strict=True):
                with place:
                    _question(name, getattr(given, name))
        _say_what_differs(recipe, given)


def show(plan: Plan, dataset: Dataset | None) -> None:
    """What is chosen, in words and as the strip, and what it costs."""
    last = len(plan.phases) - 1
    with st.container(border=True):
        st.header(tr("What this chooses"), anchor=False)
        st.markdown("\n".join(f"- **{title}**: {literal(words)}" for title, words in _rows(plan)))
        _say_what_is_missing(_answers(), plan.recipe)
        freezing.show_strip(plan, last)
        if last:
            st.caption(tr("As in phase {number}, the last.", number=last + 1))
        if dataset is not None:
            _price(plan, dataset)
        warn(plan, dataset)


def _question(name: str, given: str) -> None:
    title, options, help = QUESTIONS[name]
    st.radio(
        tr(title),
        list(options),
        format_func=lambda option: tr(options[option]),
        key=state.widget(f"guided_{name}", given),
        on_change=_answer,
        args=(name,),
        help=tr(help),
    )


def _answers() -> Answers:
    # Without a recipe the design begins anew, and so do the questions.
    if not state.selected("recipe"):
        return Answers()
    return Answers.read(preferences.load(state.workspace(), state.owner()).get("answers"))


@told
def _answer(name: str) -> None:
    before = _answers()
    after = replace(before, **{name: state.widget_value(f"guided_{name}")})
    changed = guided.answered(state.recipe(), before, after, at_hand)
    preferences.keep(state.workspace(), state.owner(), answers=asdict(after))
    state.select_recipe(changed)


def _say_what_differs(recipe: Recipe, given: Answers) -> None:
    paths = guided.differing(recipe, given, at_hand)
    if not paths:
        return
    parts = ", ".join(tr(guided.PARTS[path]) for path in paths)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(tr("Set otherwise than these answers choose, and kept: {parts}.", parts=parts))
        st.button(tr("Take what the answers choose"), icon=":material/auto_awesome:", on_click=_take)


@told
def _take() -> None:
    state.select_recipe(guided.chosen(state.recipe(), _answers(), at_hand))


def _rows(plan: Plan) -> list[tuple[str, str]]:
    recipe = plan.recipe
    phases = recipe.phases
    return [
        (
            tr("Network"),
            tr("{network}, pictures at {px} px", network=plan.backbone.title, px=plan.image_size_px),
        ),
        (tr("Frozen and trained"), " → ".join(freeze_words(phase.freeze) for phase in phases)),
        # Translators: the head of the network, the layers behind the pretrained ones.
        (tr("Head"), " + ".join([recipe.head.pooling, *map(layer_words, recipe.head.layers)])),
        (tr("Epochs"), _epochs(recipe)),
        (tr("Augmentation"), _augmentation_words(recipe.augmentation)),
        (
            tr("Weights in the loss"),
            tr("the same for each class")
            if recipe.class_weights == "balanced"
            else tr("the same for each picture"),
        ),
    ]


def _augmentation_words(augmentation: Augmentation) -> str:
    if augmentation.fresh:
        return tr("new variants of each picture in every epoch")
    views = augmentation.distinct_views
    if views == 1:
        # Translators: no augmentation at all.
        return tr("none")
    return trn("{n} variant of each picture", "{n} variants of each picture", views)


def _epochs(recipe: Recipe) -> str:
    epochs = " + ".join(str(phase.epochs) for phase in recipe.phases)
    if any(phase.patience for phase in recipe.phases):
        return tr("{epochs}, fewer once it stops getting better", epochs=epochs)
    return epochs


def _say_what_is_missing(given: Answers, recipe: Recipe) -> None:
    best = guided.networks(given)[0]
    if best == recipe.backbone.name or at_hand(best):
        return
    entry = backbones.get(best)
    file = entry.weights_file
    st.caption(
        literal(
            tr(
                "{network} would suit these answers better. Its weights ({megabytes:.0f} MB) are not on this "
                "computer: choose it in Full control to have them downloaded.",
                network=entry.title,
                megabytes=file.download_mb,
            )
            if file
            else tr(
                "{network} would suit these answers better. Its weights are not on this computer: choose it "
                "in Full control to have them downloaded.",
                network=entry.title,
            )
        )
    )


def _price(plan: Plan, dataset: Dataset) -> None:
    space = state.workspace()
    needed_s = prices.total_s(space, plan, prices.of_plan(space, plan, dataset))
    st.metric(
        tr("The training"),
        price_words(needed_s),
        border=True,
        help=tr(
            "From the click to the finished model, if nothing else is being trained. Estimated from "
            "what this machine has shown so far."
        ),
    )
    allowed_s = BUDGET_S[_answers().time]
    if needed_s > allowed_s:
        st.warning(
            tr(
                "With your {pictures:,} pictures it takes about {needed}, more than the {allowed} you allow. "
                "Allow more time, or bring fewer pictures.",
                pictures=len(dataset.items),
                needed=seconds_words(needed_s),
                allowed=seconds_words(allowed_s),
            ),
            icon=":material/schedule:",
        )
