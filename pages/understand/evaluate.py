"""What the model gets right and wrong on pictures it was not trained on."""

import streamlit as st

from pages.ui import (
    class_figures,
    confidence,
    confusion,
    figure_cards,
    guide,
    judged_gallery,
    judged_picture,
    reading,
    reliability,
    reporting,
)
from pages.ui.messages import keep_view
from tlcore import evaluation
from tlcore.datasets import Split
from tlcore.evaluation import SplitEvaluation
from tlcore.runs import Run
from tlcore.words import mark, tr

# A larger matrix needs the whole width.
BESIDE_CLASSES = 10


def show_matrix_and_classes(run: Run, split: Split, result: SplitEvaluation) -> None:
    if len(run.classes) > BESIDE_CLASSES:
        cell = confusion.show_matrix(run, split, result)
        confusion.show_confused(run, result)
        confusion.show_cell(run, result, cell)
        class_figures.show_table(result)
        return
    left, right = st.columns(2)
    with left:
        cell = confusion.show_matrix(run, split, result)
    with right:
        class_figures.show_table(result)
    confusion.show_cell(run, result, cell)


def show_mistakes(run: Run, result: SplitEvaluation) -> None:
    mistakes = result.mistakes
    st.header(tr("Mistakes ({mistakes:,})", mistakes=len(mistakes)), anchor=False)
    if not mistakes:
        st.caption(tr("None."))
        return
    st.caption(
        tr(
            "What the pictures show → what the model said. The ones it was surest of come first. Click on "
            "the words below a picture to open it."
        )
    )
    judged_gallery.show(run, result, mistakes, "mistakes")


def show_least_certain(run: Run, result: SplitEvaluation) -> None:
    right = result.least_certain
    if not right:
        return
    panel = st.expander(
        tr("Right, but least certain ({right:,})", right=len(right)),
        icon=":material/balance:",
        key="least_certain",
        on_change=keep_view,
    )
    if panel.open:
        with panel:
            st.caption(
                tr("Judged right, with the most doubt first: more pictures like these would help most.")
            )
            judged_gallery.show(run, result, right, "least_certain_pictures")


st.title(tr("Evaluate"))
run = guide.finished_run()
guide.headline(run)
result = evaluation.load(run)
splits = list(result.splits)
split = splits[0]
if len(splits) > 1:
    names = {Split.VAL: mark("Validation"), Split.TEST: mark("Test")}
    split = st.segmented_control(
        tr("Pictures"),
        splits,
        format_func=lambda split: tr(names[split]),
        default=splits[0],
        required=True,
        key="split",
        bind="query-params",
    )
shown = result.splits[split]
figure_cards.show(shown)
reading.show(run)
if shown.several_labels:
    label = class_figures.choose(run)
    class_figures.show_yes_and_no(shown, label)
    class_figures.show_curves(run, shown, label)
    class_figures.show_table(shown)
else:
    show_matrix_and_classes(run, split, shown)
show_mistakes(run, shown)
show_least_certain(run, shown)
if not shown.several_labels:
    class_figures.show_curves(run, shown, class_figures.choose(run))
reliability.show(shown)
confidence.show(run)
judged_picture.show_chosen(run, result)
reporting.report(run)
guide.onward(tr("Next: try it on a picture"), "use/predict.py")
