"""How the network is taken: its weights, the size of the pictures, and where its features come from."""

import streamlit as st

from pages.ui import state
from pages.ui.messages import one_line, shown, told
from pages.ui.session import entered
from tlcore import backbones, cuts
from tlcore.backbones import LayerInfo, weights_file
from tlcore.config import Recipe
from tlcore.errors import RecipeError
from tlcore.recipe_parts import WEIGHT_SUFFIXES
from tlcore.words import mark, tr

WEIGHTS = {"imagenet": mark("Pretrained"), "none": mark("From scratch"), "file": mark("A file")}
SIZES_PX = (32, 64, 96, 128, 160, 192, 224, 240, 256, 299, 320, 384, 448, 480, 512, 600, 768, 1024)
# None in a recipe; to a select box None is that nothing is chosen.
OWN_SIZE, WHOLE = 0, ""


def set_options(recipe: Recipe, entry: backbones.AnyBackbone) -> bool:
    """Whether the network takes pictures of that size; where it does not, that is said."""
    with st.container(horizontal=True, vertical_alignment="top"):
        _weights(recipe, own=entry.weights_file is None)
        _image_size(recipe, entry)
    if _weights_choice(recipe) == "file":
        _weights_file(recipe)
    size = recipe.backbone.image_size or entry.image_size_px
    with shown():
        _cut(recipe, entry.layers(size))
        return True
    return False


def _weights_choice(recipe: Recipe) -> str:
    """What is on disk; until a file is chosen, that one is wanted is known to this session alone."""
    if state.notes().get("wants_weights_file") == recipe.backbone.name:
        return "file"
    return recipe.backbone.weights if recipe.backbone.weights in WEIGHTS else "file"


def _weights(recipe: Recipe, own: bool) -> None:
    chosen = _weights_choice(recipe)
    offered = [one for one in WEIGHTS if not own or one != "file" or chosen == "file"]
    st.segmented_control(
        tr("Weights"),
        offered,
        format_func=lambda one: tr("Its own") if own and one == "imagenet" else tr(WEIGHTS[one]),
        required=True,
        key=state.widget("weights", chosen),
        on_change=_weights_changed,
        help=tr(
            "Pretrained: what the network learned before; the point of transfer learning. From "
            "scratch: random weights, to show what transfer is worth. A file: weights that were "
            "saved from the same network."
        ),
    )


@told
def _weights_changed() -> None:
    chosen, recipe = state.widget_value("weights"), state.recipe()
    if chosen == "file":
        state.notes()["wants_weights_file"] = recipe.backbone.name
        return
    state.notes().pop("wants_weights_file", None)
    state.select_recipe(recipe.changed("backbone.weights", chosen))


def _weights_file(recipe: Recipe) -> None:
    chosen = recipe.backbone.weights if recipe.backbone.weights not in WEIGHTS else None
    folder = state.workspace().weights
    found = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    names = sorted(name for name in found | {chosen or ""} if name.endswith(WEIGHT_SUFFIXES))
    with st.container(border=True):
        st.selectbox(
            tr("Weights file"),
            names,
            index=None,
            format_func=one_line,
            key=state.widget("weights_file", chosen),
            placeholder=tr("Choose a file") if names else tr("No file is here yet"),
            disabled=not names,
            on_change=_file_chosen,
            help=tr("Files in the weights folder of the workspace."),
        )
        file = st.file_uploader(
            tr("Bring a file of weights"),
            type=["h5", "keras"],
            key="upload_weights",
            help=tr(
                "Saved in Keras with network.save_weights('mine.weights.h5') from the same network, "
                "without its top."
            ),
        )
        if file is not None:
            st.button(
                tr("Use these weights"), key="use_weights", icon=":material/upload_file:", on_click=_keep_file
            )
        if chosen and chosen not in found:
            st.caption(":material/warning: " + tr("This file is not in the weights folder. Bring it."))


@told
def _file_chosen() -> None:
    name = state.widget_value("weights_file")
    if name:
        _take_weights(name)


@told
def _keep_file() -> None:
    file = entered("upload_weights")
    _take_weights(weights_file.keep(state.workspace(), file.name, file.getvalue()))


def _take_weights(name: str) -> None:
    state.select_recipe(state.recipe().changed("backbone.weights", name))
    state.notes().pop("wants_weights_file", None)


def _image_size(recipe: Recipe, entry: backbones.AnyBackbone) -> None:
    own_px, chosen = entry.image_size_px, recipe.backbone.image_size or OWN_SIZE
    fixed = entry.weights_file is None and not entry.any_size
    sizes = () if fixed else (px for px in SIZES_PX if px >= entry.min_image_size_px)
    options = [OWN_SIZE, *sorted(({*sizes} - {own_px} | {chosen}) - {OWN_SIZE})]
    st.selectbox(
        tr("Picture size"),
        options,
        format_func=lambda px: f"{px} px" if px else tr("{px} px (its own)", px=own_px),
        key=state.widget("image_size", chosen),
        on_change=_size_changed,
        width=190,
        help=tr(
            "Pictures are scaled to a square of this side. Smaller is faster and uses less memory, "
            "larger shows finer detail; its own size, which it was trained with, is a safe choice."
        ),
    )


@told
def _size_changed() -> None:
    px = state.widget_value("image_size")
    if px is not None:
        state.select_recipe(state.recipe().changed("backbone.image_size", px or None))


def _cut(recipe: Recipe, layers: tuple[LayerInfo, ...]) -> None:
    lines = {WHOLE: tr("The end of the network (all {layers} layers)", layers=len(layers))}
    for count in _places(layers):
        layer = layers[count - 1]
        shape = "×".join(map(str, layer.output_shape))
        lines[layer.name] = one_line(
            tr("{name} · after {count} layers · {shape}", name=layer.name, count=count, shape=shape)
        )
    chosen = recipe.backbone.cut_at or WHOLE
    lines.setdefault(chosen, one_line(chosen))
    st.selectbox(
        tr("Take features from"),
        list(lines),
        format_func=lines.__getitem__,
        key=state.widget("cut_at", chosen),
        on_change=_cut_changed,
        args=(layers,),
        help=tr(
            "The head may sit on an earlier layer; all after it are dropped. Early layers see edges "
            "and textures, late ones whole things. A shorter network is smaller and faster, and for "
            "pictures unlike photos often no worse. First the ends of blocks, then every other place."
        ),
    )


def _places(layers: tuple[LayerInfo, ...]) -> list[int]:
    """Numbers of leading layers that may be kept: ends of blocks, deepest first, then the rest."""
    counts = [index + 1 for index in cuts.ends(layers) if index + 1 < len(layers)]
    blocks = set(cuts.block_ends(layers))
    return sorted(counts, key=lambda count: (count not in blocks, -count))


@told
def _cut_changed(layers: tuple[LayerInfo, ...]) -> None:
    recipe, chosen = state.recipe(), state.widget_value("cut_at")
    if chosen is None:
        return
    kept = cuts.truncated(layers, chosen or None)
    fitting = {
        f"phases.{i}.freeze": fitting_freeze(phase.freeze, kept) for i, phase in enumerate(recipe.phases)
    }
    state.select_recipe(recipe.with_changes({"backbone.cut_at": chosen or None} | fitting))


def fitting_freeze(freeze: str | int, layers: tuple[LayerInfo, ...]) -> str | int:
    """The freeze choice, or the nearest one that such a network has."""
    try:
        cuts.frozen_count(layers, freeze)
    except RecipeError:
        # "The last 60" of 19 layers are all of them; a layer that was dropped lay behind what is kept.
        return "none" if isinstance(freeze, int) and freeze < 0 else "all"
    return freeze
