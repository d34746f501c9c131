"""What the model gets right and wrong on pictures it was not trained on."""

import streamlit as st

from pages.ui import guide, state
from pages.ui.numbers import percent
from pages.ui.pictures import gallery
from tlcore import evaluation, plots
from tlcore.datasets import Split
from tlcore.evaluation import SplitEvaluation
from tlcore.runs import Run

SHOWN_MISTAKES = 48


def show_figures(result: SplitEvaluation) -> None:
    right = len(result.pictures) - len(result.mistakes)
    with st.container(horizontal=True):
        st.metric(
            "Accuracy",
            percent(result.accuracy),
            border=True,
            help="The share of these pictures whose class was found.",
        )
        st.metric("Right", f"{right} of {len(result.pictures)}", border=True)


def show_confusion(run: Run, result: SplitEvaluation) -> None:
    st.subheader("Confusion matrix", anchor=False)
    st.caption("Rows are what the pictures show, columns what the model said. The diagonal is right.")
    st.plotly_chart(
        plots.confusion(run.classes, result),
        config={"displayModeBar": False},
        alt="Confusion matrix: counts of true class against predicted class",
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
    st.caption("The ones it was surest of come first.")
    folder = state.workspace().datasets / run.dataset_id / "images"
    rows = []
    for picture in mistakes[:SHOWN_MISTAKES]:
        true, said = run.classes[picture.label], run.classes[picture.predicted]
        rows.append(
            (
                folder / picture.file,
                f"{true} → {said} {picture.confidence:.0%}",
                f"{picture.name}: a {true} taken for a {said}",
            )
        )
    gallery(rows, size_px=140)


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
    show_confusion(run, shown)
with right:
    show_classes(shown)
show_mistakes(run, shown)
guide.onward("Next: try it on a picture", "use/predict.py")
