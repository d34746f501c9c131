"""The page that opens: what Thaw does, the sample at one click, and what was at hand last."""

import streamlit as st

from pages.ui import guide, journey, messages, recent, taking
from tlcore.words import tr

st.title(tr("Train your own image classifier"))
with messages.shown():
    journey.go_on()
under_way = taking.show()
st.markdown(
    tr(
        "A pretrained network has learned to see on a million photographs. Thaw keeps most of it **frozen**, "
        "can **thaw** its last layers, and trains a new **head** that tells your pictures apart. No code is "
        "needed."
    )
)
journey.show_strip()
if not under_way:
    with st.container(horizontal=True):
        if st.button(tr("Try it with the sample"), type="primary", icon=":material/play_arrow:"):
            journey.begin()
        if st.button(tr("Bring your own pictures"), icon=":material/add_photo_alternate:"):
            guide.go("build/data.py")
    st.caption(
        tr(
            "The sample is 228 drawings in six classes, from birds to vehicles. One click takes it in, "
            "trains a ready-made recipe on it, and shows how it learns. A button on each page then leads to "
            "the next."
        )
    )
recent.show()
