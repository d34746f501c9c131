"""What the model gets right and wrong on pictures it was not trained on."""

from collections.abc import Sequence

import streamlit as st

from pages.ui import guide, state
from pages.ui.messages import one_line
from pages.ui.numbers import percent
from pages.ui.pictures import gallery
from tlcore import evaluation, measures, plots
from tlcore.datasets import Split
from tlcore.evaluation import SplitEvaluation
from tlcore.runs import Run

SHOWN_MISTAKES = 48


def show_figures(result: SplitEvaluation) -> None:
    right = len(result.pictures) - len(result.mistakes)
    several = result.several_labels
    with st.container(horizontal=True):
        if several:
            st.metric(
                measures.EXACT_MATCH,
                percent(result.exact_match),
                border=True,
                help="The share of these pictures with all their labels found, and no other.",
            )
        st.metric(
            measures.ACCURACY,
            percent(result.accuracy),
            border=True,
            help="Of all yes-or-no answers, one for each class and picture, the share that is right. High by "
            "itself where most answers are no."
            if several
            else "The share of these pictures whose class was found.",
        )
        st.metric("All right" if several else "Right", f"{right} of {len(result.pictures)}", border=True)


def show_confusion(run: Run, result: SplitEvaluation) -> None:
    st.subheader("Confusion matrix", anchor=False)
    st.caption("Rows are what the pictures show, columns what the model said. The diagonal is right.")
    st.plotly_chart(
        plots.confusion(run.classes, result),
        config={"displayModeBar": False},
        alt="Confusion matrix: counts of true class against predicted class",
    )


def show_one_class(run: Run, result: SplitEvaluation) -> None:
    """Where each class has its own yes or no, a matrix of all of them would mean nothing."""
    st.subheader("One class", anchor=False)
    st.caption(f"A class is said of a picture from a probability of {evaluation.THRESHOLD:.0%} on.")
    chosen = st.selectbox(
        "Class",
        range(len(run.classes)),
        format_func=lambda i: one_line(run.classes[i]),
        key="shown_class",
        bind="query-params",
        width=320,
    )
    rows = zip(("Yes", "No"), result.yes_and_no(chosen), strict=True)
    st.dataframe(
        [{"True": true, "Said yes": yes, "Said no": no} for true, (yes, no) in rows],
        hide_index=True,
        alt="Pictures that have the class or not, by what the model said",
    )


def show_classes(result: SplitEvaluation) -> None:
    st.subheader("Per class", anchor=False)
    rows = [
        {
            "Class": figures.name,
            "Precision": 100 * figures.precision,
            "Recall": 100 * figures.recall,
            "F1": 100 * figures.f1,
            "Pictures": figures.support,
        }
        for figures in result.classes
    ]
    helps = {
        "Precision": "Of those called this class, how many are.",
        "Recall": "Of those that are of this class, how many were found.",
        "F1": "Both in one: their harmonic mean.",
    }
    columns = {
        name: st.column_config.NumberColumn(format="%.0f %%", help=text) for name, text in helps.items()
    }
    st.dataframe(rows, hide_index=True, column_config=columns, alt="Precision, recall and F1 of each class")


def show_mistakes(run: Run, result: SplitEvaluation) -> None:
    mistakes = result.mistakes
    st.subheader(f"Mistakes ({len(mistakes)})", anchor=False)
    if not mistakes:
        st.caption("None.")
        return
    order = "The ones it was surest of come first."
    st.caption(f"What the pictures show → what the model said. {order}" if result.several_labels else order)
    folder = state.workspace().datasets / run.dataset_id / "images"
    rows = []
    for picture in mistakes[:SHOWN_MISTAKES]:
        if result.several_labels:
            true, said = (_names(run, labels) for labels in (picture.labels, picture.predicted_labels))
            rows.append(
                (folder / picture.file, f"{true} → {said}", f"{picture.name}: true {true}, said {said}")
            )
            continue
        true, said = run.classes[picture.label], run.classes[picture.predicted]
        rows.append(
            (
                folder / picture.file,
                f"{true} → {said} {picture.confidence:.0%}",
                f"{picture.name}: a {true} taken for a {said}",
            )
        )
    gallery(rows, size_px=140)


def _names(run: Run, labels: Sequence[int]) -> str:
    return ", ".join(run.classes[label] for label in labels) or "none"


st.title("Evaluate")
run = guide.finished_run()
guide.headline(run)
result = evaluation.load(run)
splits = list(result.splits)
split = splits[0]
if len(splits) > 1:
    names = {Split.VAL: "Validation", Split.TEST: "Test"}
    split = st.segmented_control(
        "Pictures",
        splits,
        format_func=names.__getitem__,
        default=splits[0],
        required=True,
        key="split",
        bind="query-params",
    )
shown = result.splits[split]
show_figures(shown)
left, right = st.columns(2)
with left:
    if shown.several_labels:
        show_one_class(run, shown)
    else:
        show_confusion(run, shown)
with right:
    show_classes(shown)
show_mistakes(run, shown)
guide.onward("Next: try it on a picture", "use/predict.py")
