"""The choice of the pretrained network: all there are, in an order and through a filter of one's own."""

import contextlib
from dataclasses import dataclass

import streamlit as st

from pages.ui import state
from pages.ui.messages import literal, one_line, told
from pages.ui.network_options import fitting_freeze
from tlcore import backbones
from tlcore.backbones import LayerInfo, own
from tlcore.config import Recipe
from tlcore.errors import ThawError
from tlcore.words import mark, tr

_SMALLEST, _FASTEST, _MOST_ACCURATE = mark("Smallest"), mark("Fastest"), mark("Most accurate")
ORDERS = (mark("Recommended"), _SMALLEST, _FASTEST, _MOST_ACCURATE)
ANY_SIZE = mark("any size")
DOWNLOADS_MB = (0, 25, 50, 100, 250, 500)


@dataclass(frozen=True)
class Facts:
    """What tells networks apart before one is chosen. Sizes and times are for pictures of its own size."""

    name: str
    title: str
    family: str
    params: int
    layers: int
    gflop: float
    top1: float | None
    """Per cent of ImageNet's pictures; unknown for a model of one's own."""
    image_size_px: int
    download_mb: float
    good_for: str
    licence: str

    @property
    def line(self) -> str:
        said = [
            one_line(self.title),
            tr("{millions:.1f} M parameters", millions=self.params / 1e6),
            tr("{layers} layers", layers=self.layers),
        ]
        if self.top1 is not None:
            said.append(tr("{share:.1f}% on ImageNet", share=self.top1))
        return " · ".join(said)


# Read from files and summed over thousands of layers, and the same for as long as the app runs.
@st.cache_data(show_spinner=False)
def _of_the_registry() -> list[Facts]:
    return [facts(entry) for entry in backbones.all_backbones()]


def facts(entry: backbones.AnyBackbone) -> Facts:
    file = entry.weights_file
    return Facts(
        entry.name,
        entry.title,
        entry.family,
        entry.params,
        entry.layer_count,
        entry.gflop(),
        entry.imagenet_top1,
        entry.image_size_px,
        file.download_mb if file else 0.0,
        entry.good_for,
        file.licence if file else tr("your own"),
    )


def everything() -> list[Facts]:
    """The registry's networks, then those that people brought."""
    return _of_the_registry() + [facts(entry) for entry in own.list_all(state.workspace())]


def choose_network(recipe: Recipe) -> backbones.AnyBackbone | None:
    """The chosen network; None for one that is gone, which is said."""
    known = {one.name: one for one in everything()}
    _order_and_filter(list(known.values()))
    names = [one.name for one in _offered(list(known.values()))]
    chosen = recipe.backbone.name
    lines = _lines([known[name] for name in names])
    if chosen not in lines:
        # What is chosen stays in the list whatever the filter says, and also when it was deleted.
        lines = {chosen: known[chosen].line if chosen in known else chosen} | lines
    st.selectbox(
        tr("Pretrained network"),
        list(lines),
        format_func=lines.__getitem__,
        key=state.widget("backbone", chosen),
        on_change=_network_changed,
        help=tr("It has learned to see on 1.3 million photos (ImageNet). You reuse what it learned."),
    )
    entry = found(recipe)
    if entry is not None:
        _describe(entry, recipe)
        warn_of_missing_weights(recipe)
    return entry


def found(recipe: Recipe) -> backbones.AnyBackbone | None:
    """The chosen network; of one that is gone it is said here, and a page leaves out what needs it."""
    try:
        return backbones.get(recipe.backbone.name, state.workspace())
    except ThawError as error:
        st.error(literal(f"{error} {tr('Or choose another network.')}"), icon=":material/info:")
        return None


def _describe(entry: backbones.AnyBackbone, recipe: Recipe) -> None:
    size = recipe.backbone.image_size or entry.image_size_px
    said = tr("Pictures are shown to it at {px} px.", px=size)
    # A size that it does not take is said where the size is chosen.
    with contextlib.suppress(ThawError):
        said = tr(
            "Pictures are shown to it at {px} px, {billions:.2g} billion operations a picture.",
            px=size,
            billions=entry.gflop(size),
        )
    st.caption(f"{literal(tr(entry.good_for))} {said}")


def choose(name: str) -> None:
    """Write a recipe with another network; the fit, which is about the pictures, stays as it is.

    Of the freeze choices those stay that mean something in any network.
    """
    recipe = state.recipe()
    layers = backbones.get(name, state.workspace()).layers()
    frozen = {f"phases.{i}.freeze": _carried(phase.freeze, layers) for i, phase in enumerate(recipe.phases)}
    other = {"name": name, "fit": recipe.backbone.fit}
    state.select_recipe(recipe.with_changes({"backbone": other} | frozen))


def _carried(freeze: str | int, layers: tuple[LayerInfo, ...]) -> str | int:
    """To train the last few layers is the same wish anywhere; where a count or a name lies is not."""
    if freeze in ("all", "none") or (isinstance(freeze, int) and freeze < 0):
        return fitting_freeze(freeze, layers)
    return "all"


def warn_of_missing_weights(recipe: Recipe) -> None:
    try:
        entry = backbones.get(recipe.backbone.name, state.workspace())
        status = entry.weights_status(state.workspace().weights)
    except ThawError:
        # Said by `found`.
        return
    if recipe.backbone.weights == "imagenet" and not status.at_hand:
        st.warning(literal(status.sentence), icon=":material/cloud_download:")


def at_hand(name: str) -> bool:
    space = state.workspace()
    return backbones.get(name, space).weights_status(space.weights).at_hand


@told
def _network_changed() -> None:
    choose(state.widget_value("backbone"))


def _order_and_filter(known: list[Facts]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            tr("Sort by"),
            ORDERS,
            format_func=tr,
            default=ORDERS[0],
            required=True,
            key="networks_order",
            persist_state="session",
            label_visibility="collapsed",
            wrap=True,
        )
        with st.popover(tr("Filter"), icon=":material/filter_list:"):
            st.toggle(
                tr("Only with weights at hand"),
                key="networks_at_hand",
                persist_state="session",
                help=tr("Networks that can be used now, without a download."),
            )
            st.multiselect(
                tr("Families"),
                sorted({one.family for one in known}),
                format_func=tr,
                key="networks_families",
                persist_state="session",
                placeholder=tr("All families"),
            )
            st.select_slider(
                tr("Largest download"),
                [*DOWNLOADS_MB, ANY_SIZE],
                value=ANY_SIZE,
                format_func=lambda most: tr(ANY_SIZE) if most == ANY_SIZE else f"{most} MB",
                key="networks_download",
                persist_state="session",
            )


def _offered(known: list[Facts]) -> list[Facts]:
    """What passes the filter, in the order that was chosen."""
    view = st.session_state
    families, most = view["networks_families"], view["networks_download"]
    kept = [
        one
        for one in known
        if (not families or one.family in families) and (most == ANY_SIZE or one.download_mb <= most)
    ]
    if view["networks_at_hand"]:
        kept = [one for one in kept if at_hand(one.name)]
    keys = {
        _SMALLEST: lambda one: one.params,
        _FASTEST: lambda one: one.gflop,
        # What nobody measured comes last.
        _MOST_ACCURATE: lambda one: -(one.top1 or 0.0),
    }
    order = keys.get(view["networks_order"])
    return sorted(kept, key=order) if order else kept


def _lines(found: list[Facts]) -> dict[str, str]:
    """By name; no two alike, since a selectbox tells its options apart by what it shows."""
    lines: dict[str, str] = {}
    for one in found:
        lines[one.name] = one.line if one.line not in lines.values() else f"{one.line} · {one.name}"
    return lines
