"""The shell every page runs in: navigation, and the sidebar where dataset and run are chosen."""

import streamlit as st

from pages.ui import guide, messages, sidebar, state, tongue
from tlcore.words import mark, tr

# One place to add a page: section, file, title, icon.
PAGES = {
    "": (("home/start.py", mark("Start"), ":material/home:"),),
    # Translators: the first part of the menu, as a task: build a model
    mark("Build"): (
        ("build/data.py", mark("Data"), ":material/photo_library:"),
        ("build/model.py", mark("Model"), ":material/layers:"),
        # Translators: the title of the page on which a model is trained
        ("build/train.py", mark("Train"), ":material/model_training:"),
    ),
    mark("Understand"): (
        ("understand/evaluate.py", mark("Evaluate"), ":material/analytics:"),
        ("understand/map.py", mark("Map"), ":material/scatter_plot:"),
        ("understand/labels.py", mark("Label doctor"), ":material/stethoscope:"),
        ("understand/compare.py", mark("Compare"), ":material/compare_arrows:"),
        ("understand/runs.py", mark("Runs"), ":material/list_alt:"),
        ("understand/concepts.py", mark("Concepts"), ":material/school:"),
    ),
    # Translators: the last part of the menu, as a task: use the model
    mark("Use"): (
        ("use/predict.py", mark("Predict"), ":material/center_focus_strong:"),
        ("use/export.py", mark("Export"), ":material/download:"),
    ),
}

# From a file: Streamlit would fetch a Material icon for the tab from the internet.
st.set_page_config(page_title="Thaw", page_icon=str(guide.FOLDER / "ui" / "icon.png"), layout="wide")
st.logo(str(guide.FOLDER / "ui" / "logo.svg"), size="large")
tongue.settle()
page = st.navigation(
    {
        tr(section): [
            st.Page(guide.FOLDER / file, title=tr(title), icon=icon, default=title == "Start")
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
