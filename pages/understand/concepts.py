"""Every concept in plain words, each with a picture."""

import streamlit as st

from pages.ui import concept, guide, state
from pages.ui.messages import keep_view, told
from tlcore import lessons
from tlcore.words import mark, tr

COLUMNS = 2
# The pages on which a concept is explained in place: file and title.
WHERE = {
    ("build/model.py", mark("Model")): ("backbone", "feature", "freezing", "head", "class_weights"),
    ("build/train.py", mark("Train")): (
        "augmentation",
        "epoch",
        "batch",
        "learning_rate",
        "validation",
        "overfitting",
    ),
    ("understand/evaluate.py", mark("Evaluate")): ("confusion_matrix", "calibration", "heat_map"),
}


@told
def look_at(id: str) -> None:
    state.want(concept.KEY, id)


def show_all() -> None:
    columns = st.columns(COLUMNS)
    for number, one in enumerate(lessons.CONCEPTS):
        with columns[number % COLUMNS]:
            st.markdown(f"**{tr(one.title)}.** {tr(one.sentence)}")


def see_it(id: str) -> None:
    """The button to the page where it comes up."""
    file, title = next(page for page, found in WHERE.items() if id in found)
    guide.onward(tr("See it on the {page} page", page=tr(title)), file)


st.title(tr("Concepts"))
ids = [one.id for one in lessons.CONCEPTS]
id = st.pills(
    tr("Look at"),
    ids,
    format_func=lambda id: tr(lessons.get(id).title),
    default=ids[0],
    required=True,
    key=concept.KEY,
    bind="query-params",
    on_change=keep_view,
)
chosen = lessons.get(id)
with st.container(border=True):
    st.header(tr(chosen.question), anchor=False)
    concept.show(chosen, place="page")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(tr("See also"), width="content")
        for other in chosen.see:
            st.button(
                tr(lessons.get(other).title),
                key=f"see_{other}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=look_at,
                args=(other,),
            )
see_it(id)
st.header(tr("All in a sentence each"), anchor=False)
show_all()
