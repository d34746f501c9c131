"""The controls of the Train page: a card for each phase, then what all phases share."""

from typing import Any

import streamlit as st

from pages.ui import controls, phases, state
from tlcore.config import Phase, Recipe
from tlcore.numbers import written_out
from tlcore.plans import Plan
from tlcore.recipe_parts import WITH_MOMENTUM
from tlcore.words import mark, tr, trn

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop", "lion": "Lion"}
# As they are written, so that 0.0003 here and on the command line are the same recipe.
RATES = [float(f"{m}e{e}") for e in range(-6, 0) for m in (1, 3)] + [1.0]
BATCH_SIZES = {size: str(size) for size in (4, 8, 16, 32, 64, 128, 256)}
SCHEDULES = {"constant": mark("Constant"), "cosine": mark("Cosine"), "plateau": mark("On plateau")}
OFF = {controls.NOTHING: mark("Off")}
PATIENCES = (2, 3, 5, 8, 10, 15, 20, 30, 50)
DECAYS = (1e-6, 1e-5, 1e-4, 4e-4, 1e-3, 4e-3, 1e-2, 5e-2, 1e-1)
CLIPS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
MOMENTA = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)
# Without it, SGD hardly moves; RMSprop does.
USUAL_MOMENTUM = {"sgd": 0.9}


def set_training(recipe: Recipe, plan: Plan | None) -> None:
    for number, phase in enumerate(recipe.phases):
        with st.container(border=True):
            _phase(recipe, number, phase, plan)
    phases.buttons(recipe)


def set_shared(recipe: Recipe) -> None:
    with st.container(horizontal=True):
        controls.choice(
            recipe,
            tr("Batch size"),
            "batch_size",
            BATCH_SIZES,
            width=140,
            help=tr(
                "How many pictures are looked at before the weights change once. Small batches make "
                "more, noisier steps; large ones need more memory."
            ),
        )
        controls.number(
            recipe,
            tr("Seed"),
            "seed",
            0,
            2**31 - 1,
            help=tr(
                "All chance follows from it: the same seed gives the same training. Another one shows "
                "how much of a result is luck."
            ),
        )


def _phase(recipe: Recipe, number: int, phase: Phase, plan: Plan | None) -> None:
    if len(recipe.phases) > 1:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            title = f"**{tr('Phase {number}', number=number + 1)}**"
            st.markdown(" · ".join([title, *_trained(plan, number)]), width="content")
            phases.remove_button(number)
    path = f"phases.{number}"
    with st.container(horizontal=True):
        controls.number(
            recipe,
            tr("Epochs"),
            f"{path}.epochs",
            1,
            1000,
            also=lambda epochs: _no_longer(path, number, epochs),
            help=tr("How many times the training goes through all pictures."),
        )
        controls.steps(
            recipe,
            tr("Learning rate"),
            f"{path}.learning_rate",
            RATES,
            format=written_out,
            width=280,
            help=tr(
                "How large the steps are. Too large and the loss jumps; too small and nothing happens. "
                "0.001 suits a new head, 0.00001 suits thawed layers."
            ),
        )
        controls.choice(
            recipe,
            tr("Optimizer"),
            f"{path}.optimizer",
            OPTIMIZERS,
            also=lambda optimizer: {f"{path}.momentum": USUAL_MOMENTUM.get(optimizer, 0.0)},
            help=tr("The rule by which weights are changed. Adam is a safe choice."),
        )
    with st.expander(tr("Advanced"), icon=":material/tune:", key=f"advanced_{number}"):
        _advanced(recipe, path, phase)


def _trained(plan: Plan | None, number: int) -> list[str]:
    if plan is None:
        return []
    layers = plan.phases[number].trained_layers
    if layers == 0:
        return [tr("the head alone")]
    return [trn("the head and the last layer", "the head and the last {n:,} layers", layers)]


def _advanced(recipe: Recipe, path: str, phase: Phase) -> None:
    with st.container(horizontal=True):
        _course(recipe, path, phase)
    with st.container(horizontal=True):
        _brakes(recipe, path, phase)


def _course(recipe: Recipe, path: str, phase: Phase) -> None:
    controls.segments(
        recipe,
        tr("Course of the learning rate"),
        f"{path}.schedule",
        SCHEDULES,
        wrap=True,
        # A plateau and a warm-up do not go together.
        also=lambda schedule: {f"{path}.warmup_epochs": 0} if schedule == "plateau" else {},
        help=tr(
            "Constant: the same throughout. Cosine: falls to 0 over the phase, in a soft curve. On "
            "plateau: halved whenever the validation loss stops falling."
        ),
    )
    if phase.schedule != "plateau":
        controls.number(
            recipe,
            tr("Warm-up epochs"),
            f"{path}.warmup_epochs",
            0,
            phase.epochs,
            help=tr(
                "The learning rate rises from 0 to its full value over so many epochs, which spares the "
                "weights the first, wild steps."
            ),
        )
    controls.choice(
        recipe,
        tr("Early stopping"),
        f"{path}.patience",
        OFF | {epochs: _after(epochs) for epochs in PATIENCES},
        format=_after,
        width=170,
        help=tr(
            "The phase ends after so many epochs without a lower validation loss, and keeps the best "
            "epoch. With it, give more epochs than you expect to need."
        ),
    )


def _brakes(recipe: Recipe, path: str, phase: Phase) -> None:
    if phase.optimizer in WITH_MOMENTUM:
        controls.steps(
            recipe,
            tr("Momentum"),
            f"{path}.momentum",
            MOMENTA,
            width=200,
            help=tr(
                "How much of the last step goes on into the next, like a ball that rolls. 0.9 is usual "
                "for SGD."
            ),
        )
    # Only AdamW has one of its own, which can be taken away.
    none = OFF
    if phase.optimizer == "adamw":
        none = {controls.NOTHING: mark("0.004 (usual)"), 0.0: mark("Off")}
    controls.choice(
        recipe,
        tr("Weight decay"),
        f"{path}.weight_decay",
        none | {decay: written_out(decay) for decay in DECAYS},
        format=_decay,
        width=190,
        help=tr("Pulls weights towards 0 a little at each step, against learning by heart."),
    )
    controls.choice(
        recipe,
        tr("Gradient clipping"),
        f"{path}.clip_norm",
        OFF | {norm: written_out(norm) for norm in CLIPS},
        format=written_out,
        help=tr("No step is longer than this, whatever a bad batch asks for. Off, or 1."),
    )


def _after(epochs: int) -> str:
    return trn("after {n} epoch", "after {n} epochs", epochs)


def _decay(decay: float) -> str:
    """Of a recipe that was written by hand; no two options of a list may look alike."""
    return written_out(decay) if decay else tr("0 (off)")


def _no_longer(path: str, number: int, epochs: int) -> dict[str, Any]:
    """A warm-up is never longer than its phase."""
    return {f"{path}.warmup_epochs": min(epochs, state.recipe().phases[number].warmup_epochs)}
