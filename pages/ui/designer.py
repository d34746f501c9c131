"""The controls of the Model page. Each shows the recipe and, when changed, writes a new one."""

from collections.abc import Callable
from typing import Any, get_args

import streamlit as st

from pages.ui import state
from pages.ui.messages import literal, told
from tlcore import backbones
from tlcore.config import Activation, DenseLayer, DropoutLayer, Recipe
from tlcore.plans import Plan

ACTIVATIONS = get_args(Activation)
POOLINGS = {"avg": "Average", "max": "Maximum", "flatten": "Flatten"}
Layers = list[dict[str, Any]]


def choose_backbone(recipe: Recipe) -> None:
    names = list(backbones.names())
    key = state.widget("backbone", recipe.backbone.name)
    st.selectbox(
        "Pretrained network",
        names,
        format_func=_backbone_line,
        key=key,
        on_change=_backbone_changed,
        help="It has learned to see on 1.3 million photos (ImageNet). You reuse what it learned.",
    )
    entry = backbones.get(recipe.backbone.name)
    st.caption(literal(entry.good_for) + f" Pictures are shown to it at {entry.image_size_px} px.")
    warn_of_missing_weights(recipe)


def warn_of_missing_weights(recipe: Recipe) -> None:
    entry = backbones.get(recipe.backbone.name)
    status = entry.weights_status(state.workspace().weights)
    if recipe.backbone.weights == "imagenet" and not status.at_hand:
        st.warning(literal(status.sentence), icon=":material/cloud_download:")


def _backbone_line(name: str) -> str:
    entry = backbones.get(name)
    return (
        f"{entry.title} · {entry.params / 1e6:.1f} M parameters · {entry.layer_count} layers · "
        f"{entry.imagenet_top1:.1f} % on ImageNet"
    )


@told
def _backbone_changed() -> None:
    recipe = state.recipe().changed("backbone", {"name": state.widget_value("backbone")})
    # Layer numbers and names mean nothing in another network.
    for i in range(len(recipe.phases)):
        recipe = recipe.changed(f"phases.{i}.freeze", "all")
    state.select_recipe(recipe)


def choose_freeze(recipe: Recipe, plan: Plan) -> None:
    """The slider over the leading layers of the first phase."""
    key = state.widget("freeze", plan.phases[0].frozen_layers)
    st.slider(
        "Frozen layers",
        0,
        len(plan.layers),
        key=key,
        on_change=_freeze_changed,
        args=(len(plan.layers),),
        help="Frozen layers keep what they learned on ImageNet; their output is computed once. The layers "
        "after them, in ember, are trained on your pictures. With few pictures, freeze all.",
    )


@told
def _freeze_changed(layers: int) -> None:
    frozen = state.widget_value("freeze")
    choice = {0: "none", layers: "all"}.get(frozen, frozen)
    state.select_recipe(state.recipe().changed("phases.0.freeze", choice))


def design_head(recipe: Recipe, plan: Plan) -> None:
    key = state.widget("pooling", recipe.head.pooling)
    st.segmented_control(
        "Pooling",
        list(POOLINGS),
        format_func=POOLINGS.__getitem__,
        key=key,
        required=True,
        on_change=_pooling_changed,
        help="How the map that the backbone gives becomes one row of numbers. Average is the usual "
        "choice; Flatten keeps every place of the map and makes the head very large.",
    )
    for i, layer in enumerate(recipe.head.layers):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if isinstance(layer, DenseLayer):
                _dense(i, layer, plan.head[i + 1].params)
            else:
                _dropout(i, layer)
            _buttons(i, len(recipe.head.layers))
    with st.container(horizontal=True):
        st.button(
            "Add dense layer",
            icon=":material/add:",
            on_click=_edit,
            args=(lambda layers: layers.append({"dense": 64, "activation": "relu"}),),
        )
        st.button(
            "Add dropout",
            icon=":material/add:",
            on_click=_edit,
            args=(lambda layers: layers.append({"dropout": 0.2}),),
        )
    last = plan.head[-1]
    st.caption(f"Then the output: one unit per class ({plan.classes}), softmax, {last.params:,} parameters.")


@told
def _pooling_changed() -> None:
    state.select_recipe(state.recipe().changed("head.pooling", state.widget_value("pooling")))


def _dense(i: int, layer: DenseLayer, params: int) -> None:
    st.number_input(
        f"Dense {i + 1}: units",
        1,
        16384,
        # Emptied, it falls back to what is on disk, not to the smallest number.
        value=None,
        key=state.widget(f"units_{i}", layer.dense),
        width=160,
        on_change=_field_changed,
        args=(i, "dense", f"units_{i}"),
        help=f"{params:,} parameters",
    )
    st.selectbox(
        "Activation",
        ACTIVATIONS,
        key=state.widget(f"activation_{i}", layer.activation),
        width=140,
        on_change=_field_changed,
        args=(i, "activation", f"activation_{i}"),
    )


def _dropout(i: int, layer: DropoutLayer) -> None:
    st.slider(
        f"Dropout {i + 1}: share",
        0.0,
        0.9,
        step=0.05,
        key=state.widget(f"share_{i}", layer.dropout),
        width=312,
        on_change=_field_changed,
        args=(i, "dropout", f"share_{i}"),
        help="So large a share of the numbers is left out at random while training, against memorising.",
    )


def _buttons(i: int, count: int) -> None:
    def swap(layers: Layers) -> None:
        layers[i - 1], layers[i] = layers[i], layers[i - 1]

    def remove(layers: Layers) -> None:
        del layers[i]

    st.button(
        "Up",
        icon=":material/arrow_upward:",
        key=f"up_{i}",
        on_click=_edit,
        args=(swap,),
        disabled=i == 0,
        help=f"Move layer {i + 1} up",
    )
    st.button(
        "Remove",
        icon=":material/delete:",
        key=f"remove_{i}",
        on_click=_edit,
        args=(remove,),
        help=f"Remove layer {i + 1} of {count}",
    )


@told
def _field_changed(i: int, field: str, key: str) -> None:
    value = state.widget_value(key)
    if value is not None:
        state.select_recipe(state.recipe().changed(f"head.layers.{i}.{field}", value))


@told
def _edit(change: Callable[[Layers], None]) -> None:
    recipe = state.recipe()
    layers: Layers = recipe.to_json()["head"]["layers"]
    change(layers)
    state.select_recipe(recipe.changed("head.layers", layers))
