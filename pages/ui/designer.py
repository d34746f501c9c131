"""The head on the Model page: its layers in a list, with shapes and counts, changed by clicks."""

from collections.abc import Callable
from typing import Any, get_args

import streamlit as st

from pages.ui import controls, state
from pages.ui.messages import told
from pages.ui.session import entered
from tlcore import presets
from tlcore.config import DenseLayer, DropoutLayer, Recipe
from tlcore.heads import HeadRow
from tlcore.numbers import written_out
from tlcore.plans import Plan
from tlcore.recipe_parts import Activation
from tlcore.words import mark, tr

POOLINGS = {"avg": mark("Average"), "max": mark("Maximum"), "flatten": mark("Flatten")}
ACTIVATIONS = {name: name for name in get_args(Activation)}
SHARES = [round(0.05 * i, 2) for i in range(19)]
PRICES = (1e-5, 1e-4, 1e-3, 1e-2)
NEW = {
    mark("Add dense layer"): {"dense": 64},
    mark("Add dropout"): {"dropout": 0.2},
    mark("Add batch normalization"): {"batch_normalization": True},
}
Layers = list[dict[str, Any]]


def design_head(recipe: Recipe, plan: Plan) -> None:
    pooled = len(plan.output_shape) > 1
    if pooled:
        _pooling(recipe, plan)
    else:
        st.caption(
            tr(
                "The network ends in a row of {numbers:,} numbers: nothing is to be pooled.",
                numbers=plan.output_shape[0],
            )
        )
    count = len(recipe.head.layers)
    for i in range(count):
        _row(recipe, i, count, plan.head[i + pooled])
    with st.container(horizontal=True):
        for label, layer in NEW.items():
            st.button(tr(label), icon=":material/add:", on_click=_edit, args=(_appended(layer),))
        st.menu_button(
            tr("Ready-made head"),
            list(presets.HEADS),
            format_func=lambda key: tr(presets.HEADS[key][0]),
            icon=":material/auto_awesome:",
            key="head_preset",
            on_click=_take_preset,
            help=tr("Heads to start from, from small to large. They take the place of this one."),
        )


def _pooling(recipe: Recipe, plan: Plan) -> None:
    controls.segments(
        recipe,
        tr("Pooling"),
        "head.pooling",
        POOLINGS,
        help=tr(
            "How the map that the backbone gives becomes one row of numbers. Average is the usual "
            "choice; Flatten keeps every place of the map and makes the head very large."
        ),
    )
    shape = "×".join(map(str, plan.output_shape))
    st.caption(tr("{shape} → {numbers:,} numbers", shape=shape, numbers=plan.head[0].output_shape[0]))


def _row(recipe: Recipe, i: int, count: int, row: HeadRow) -> None:
    layer, path = recipe.head.layers[i], f"head.layers.{i}"
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if isinstance(layer, DenseLayer):
                _dense(recipe, i, path)
            elif isinstance(layer, DropoutLayer):
                _dropout(recipe, i, path)
            else:
                st.markdown(
                    tr("Batch normalization {layer}", layer=i + 1),
                    width=180,
                    help=tr(
                        "Brings the numbers to a common scale, which steadies the training of deep heads."
                    ),
                )
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.caption(
                tr(
                    "→ {numbers:,} numbers · {parameters:,} parameters",
                    numbers=row.output_shape[0],
                    parameters=row.params,
                ),
                width="content",
            )
            _buttons(i, count)


def _dense(recipe: Recipe, i: int, path: str) -> None:
    controls.number(
        recipe,
        tr("Dense {layer}: units", layer=i + 1),
        f"{path}.dense",
        1,
        16384,
        help=tr("How many numbers this layer gives. More units can learn more, and learn by heart sooner."),
    )
    controls.choice(
        recipe,
        tr("Activation"),
        f"{path}.activation",
        ACTIVATIONS,
        width=140,
        help=tr("What makes the layer more than a weighted sum. relu is the usual choice."),
    )
    controls.choice(
        recipe,
        "L2",
        f"{path}.l2",
        {0.0: mark("off")} | {price: written_out(price) for price in PRICES},
        format=written_out,
        width=120,
        help=tr("A price on large weights, against learning by heart. Off, or 0.0001 to begin with."),
    )


def _dropout(recipe: Recipe, i: int, path: str) -> None:
    controls.steps(
        recipe,
        tr("Dropout {layer}: share", layer=i + 1),
        f"{path}.dropout",
        SHARES,
        width=312,
        help=tr(
            "So large a share of the numbers is left out at random while training, against learning by heart."
        ),
    )


def _buttons(i: int, count: int) -> None:
    with st.container(horizontal=True, width="content", gap="xsmall"):
        _button(i, mark("Up"), "arrow_upward", _swapped(i, i - 1), blocked=i == 0)
        _button(i, mark("Down"), "arrow_downward", _swapped(i, i + 1), blocked=i == count - 1)
        _button(i, mark("Remove"), "delete", _removed(i))


def _button(
    i: int, label: str, icon: str, change: Callable[[Layers], None], *, blocked: bool = False
) -> None:
    st.button(
        tr(label),
        icon=f":material/{icon}:",
        key=f"{label.lower()}_{i}",
        type="tertiary",
        on_click=_edit,
        args=(change,),
        disabled=blocked,
        help=tr("{action}: layer {layer}", action=tr(label), layer=i + 1),
    )


def _swapped(i: int, other: int) -> Callable[[Layers], None]:
    def swap(layers: Layers) -> None:
        layers[i], layers[other] = layers[other], layers[i]

    return swap


def _removed(i: int) -> Callable[[Layers], None]:
    return lambda layers: layers.__delitem__(i)


def _appended(layer: dict[str, Any]) -> Callable[[Layers], None]:
    return lambda layers: layers.append(dict(layer))


@told
def _edit(change: Callable[[Layers], None]) -> None:
    recipe = state.recipe()
    layers: Layers = recipe.to_json()["head"]["layers"]
    change(layers)
    state.select_recipe(recipe.changed("head.layers", layers))


@told
def _take_preset() -> None:
    _, head = presets.HEADS[entered("head_preset")]
    state.select_recipe(state.recipe().changed("head", head.model_dump(mode="json")))
