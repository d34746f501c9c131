"""Pictures that look wrongly labelled, and a click about each: kept, moved, removed, in one new version."""

import streamlit as st

from pages.ui import guide, label_changes, label_doctor, messages, state, version_line
from tlcore.words import tr

if label_changes.is_training():
    guide.go("build/train.py")
st.title(tr("Label doctor"))
dataset = guide.dataset()
st.markdown(
    tr(
        "Each picture is judged by small heads that were trained on the other pictures, never on it. Where "
        "they disagree with a label, the label may be wrong, or the picture is hard: you decide."
    )
)
version_line.show_version(dataset)
run = None
with messages.shown():
    run = state.run()
label_doctor.show(dataset, label_doctor.choose_network(run))
