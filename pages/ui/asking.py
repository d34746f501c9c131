"""What a worker makes when it is asked for: offered, waited for, and told when it could not be made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from pages.ui.messages import guarded, literal
from tlcore.asked import Stage, Standing
from tlcore.words import tr


@dataclass(frozen=True)
class Offer:
    """The button that has it made."""

    says: str
    icon: str
    key: str
    on_click: Callable[..., None]
    args: tuple[object, ...]
    caption: str = ""
    """Above the button."""
    help: str | None = None
    primary: bool = False


def show(standing: Standing, look: Callable[[], Standing], stages: Mapping[str, str], offer: Offer) -> None:
    """Of what is not there yet: a bar that moves by itself, or the button.

    ``look`` is asked again every second; it may raise ThawError. ``stages``: what each stage is called, a
    marked word.
    """
    if standing.under_way:
        st.fragment(_watch, run_every=1.0)(look, stages)
    else:
        show_offer(standing, offer)


def show_offer(standing: Standing, offer: Offer) -> None:
    if standing.failure is not None:
        st.error(literal(standing.failure), icon=":material/info:")
    if offer.caption:
        st.caption(offer.caption)
    st.button(
        offer.says if standing.failure is None else tr("Try again"),
        type="primary" if offer.primary else "secondary",
        icon=offer.icon,
        key=offer.key,
        on_click=offer.on_click,
        args=offer.args,
        help=offer.help,
    )


def show_stage(stage: Stage | None, stages: Mapping[str, str]) -> None:
    if stage is None:
        st.progress(0.0, tr("Waiting for a free worker …"))
        return
    name = tr(stages[stage.name])
    st.progress(
        stage.done / max(1, stage.total),
        tr("{stage}: {done:,} of {total:,}", stage=name, done=stage.done, total=stage.total)
        if stage.total > 1
        else f"{name} …",
    )


def _watch(look: Callable[[], Standing], stages: Mapping[str, str]) -> None:
    # A fragment that looks again by itself is called by Streamlit, not by the page and its guard.
    with guarded():
        standing = look()
        if not standing.under_way:
            st.rerun()
        show_stage(standing.stage, stages)
