"""Set the training, start it, watch it, stop it."""

import streamlit as st

from pages.ui import guide, messages, state
from pages.ui.schedule import set_training
from pages.ui.watch import watch
from tlcore import jobs

st.title("Train")
dataset = guide.dataset()
recipe = state.recipe()

with st.container(border=True):
    set_training(recipe)
    st.caption(messages.literal(f"{dataset.name} · {recipe.summary()}"))
    if st.button("Start training", type="primary", icon=":material/play_arrow:"):
        with messages.shown(), st.spinner("Starting the training process …"):
            started = jobs.start(state.workspace(), recipe, dataset)
            state.select(run=started.id)
            st.rerun()

run = None
with messages.shown():
    run = state.run()
if run is None:
    st.info("Accuracy and loss appear here while the model trains.", icon=":material/show_chart:")
else:
    watch(run)
