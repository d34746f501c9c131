"""The shell every page runs in: navigation, and the sidebar where dataset and run are chosen."""

import streamlit as st

from pages.ui import messages, sidebar, state

# One place to add a page: section, file, title, icon.
PAGES = {
    "Build": (
        ("build/data.py", "Data", ":material/photo_library:"),
        ("build/model.py", "Model", ":material/layers:"),
        ("build/train.py", "Train", ":material/model_training:"),
    ),
    "Understand": (
        ("understand/evaluate.py", "Evaluate", ":material/analytics:"),
        ("understand/compare.py", "Compare", ":material/compare_arrows:"),
    ),
    "Use": (
        ("use/predict.py", "Predict", ":material/center_focus_strong:"),
        ("use/export.py", "Export", ":material/download:"),
    ),
}

st.set_page_config(page_title="Thaw", page_icon=":material/ac_unit:", layout="wide")
page = st.navigation(
    {
        section: [
            st.Page(file, title=title, icon=icon, default=title == "Data") for file, title, icon in pages
        ]
        for section, pages in PAGES.items()
    }
)

state.carry()
with messages.guarded():
    sidebar.draw()
    messages.show_refused()
    page.run()
