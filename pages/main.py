"""The shell every page runs in: navigation, and the sidebar where dataset and run are chosen."""

import streamlit as st

from pages.ui import guide, messages, sidebar, state

# One place to add a page: section, file, title, icon.
PAGES = {
    "": (("home/start.py", "Start", ":material/home:"),),
    "Build": (
        ("build/data.py", "Data", ":material/photo_library:"),
        ("build/model.py", "Model", ":material/layers:"),
        ("build/train.py", "Train", ":material/model_training:"),
    ),
    "Understand": (
        ("understand/evaluate.py", "Evaluate", ":material/analytics:"),
        ("understand/map.py", "Map", ":material/scatter_plot:"),
        ("understand/labels.py", "Label doctor", ":material/stethoscope:"),
        ("understand/compare.py", "Compare", ":material/compare_arrows:"),
        ("understand/runs.py", "Runs", ":material/list_alt:"),
        ("understand/concepts.py", "Concepts", ":material/school:"),
    ),
    "Use": (
        ("use/predict.py", "Predict", ":material/center_focus_strong:"),
        ("use/export.py", "Export", ":material/download:"),
    ),
}

# From a file: Streamlit would fetch a Material icon for the tab from the internet.
st.set_page_config(page_title="Thaw", page_icon=str(guide.FOLDER / "ui" / "icon.png"), layout="wide")
st.logo(str(guide.FOLDER / "ui" / "logo.svg"), size="large")
page = st.navigation(
    {
        section: [
            st.Page(guide.FOLDER / file, title=title, icon=icon, default=title == "Start")
            for file, title, icon in pages
        ]
        for section, pages in PAGES.items()
    }
)

with messages.guarded():
    state.carry()
    sidebar.draw()
    messages.show_refused()
    page.run()
