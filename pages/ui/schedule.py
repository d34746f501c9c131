"""The controls of the Train page: each phase's epochs, learning rate and optimizer, and the batch size."""

import streamlit as st

from pages.ui import state
from pages.ui.messages import told
from tlcore.config import Recipe

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"}
# As they are written, so that 0.0003 here and on the command line are the same recipe.
RATES = [float(f"{m}e{e}") for e in range(-6, 0) for m in (1, 3)] + [1.0]
BATCH_SIZES = [4, 8, 16, 32, 64, 128, 256]


def set_training(recipe: Recipe) -> None:
    for number, phase in enumerate(recipe.phases):
        several = f"Phase {number + 1}: " if len(recipe.phases) > 1 else ""
        with st.container(horizontal=True):
            st.number_input(
                f"{several}Epochs",
                1,
                1000,
                # Emptied, it falls back to what is on disk, not to the smallest number.
                value=None,
                key=state.widget(f"epochs_{number}", phase.epochs),
                on_change=_changed,
                args=(f"phases.{number}.epochs", f"epochs_{number}"),
                width=160,
                help="How many times the training goes through all pictures.",
            )
            rates = sorted({*RATES, phase.learning_rate})
            st.select_slider(
                "Learning rate",
                rates,
                key=state.widget(f"rate_{number}", phase.learning_rate),
                width=280,
                format_func=lambda rate: f"{rate:g}",
                on_change=_changed,
                args=(f"phases.{number}.learning_rate", f"rate_{number}"),
                help="How large the steps are. Too large and the loss jumps; too small and nothing "
                "happens. 0.001 suits a new head, 0.00001 suits thawed layers.",
            )
            st.selectbox(
                "Optimizer",
                list(OPTIMIZERS),
                format_func=OPTIMIZERS.__getitem__,
                width=160,
                key=state.widget(f"optimizer_{number}", phase.optimizer),
                on_change=_changed,
                args=(f"phases.{number}.optimizer", f"optimizer_{number}"),
                help="The rule by which weights are changed. Adam is a safe choice.",
            )
            if number == 0:
                sizes = sorted({*BATCH_SIZES, recipe.batch_size})
                st.selectbox(
                    "Batch size",
                    sizes,
                    key=state.widget("batch_size", recipe.batch_size),
                    width=140,
                    on_change=_changed,
                    args=("batch_size", "batch_size"),
                    help="How many pictures are looked at before the weights change once.",
                )


@told
def _changed(path: str, key: str) -> None:
    value = state.widget_value(key)
    if value is not None:
        state.select_recipe(state.recipe().changed(path, value))
