"""The figures of each class, and one class closely."""

import streamlit as st

from pages.ui.messages import keep_view, literal, one_line
from tlcore import evaluation, evaluation_plots, meanings, summary
from tlcore.evaluation import SplitEvaluation
from tlcore.meanings import Meaning
from tlcore.runs import Run
from tlcore.words import mark, tr

_ROW_PX, _MOST_PX = 36, 560


def show_table(result: SplitEvaluation) -> None:
    st.header(tr("Per class"), anchor=False)
    st.caption(" ".join(f"**{tr(one.title)}**: {tr(one.sentence)}" for one in meanings.OF_A_CLASS))
    rows = [
        {tr("Class"): figures.name, tr("Pictures"): figures.support}
        | {
            tr(one.title): None if value is None else 100 * value
            for one, value in zip(meanings.OF_A_CLASS, summary.of_class(figures, curves), strict=True)
        }
        for figures, curves in zip(result.classes, result.figures.curves, strict=True)
    ]
    columns = {tr(one.title): _percent(one) for one in meanings.OF_A_CLASS}
    st.dataframe(
        rows,
        hide_index=True,
        height=min(_MOST_PX, _ROW_PX * (len(rows) + 1)),
        column_config={tr("Class"): st.column_config.TextColumn(pinned=True), **columns},
        placeholder="–",
        alt=tr("Precision, recall, F1, AUC and average precision of each class"),
    )


def _percent(meaning: Meaning) -> object:
    return st.column_config.NumberColumn(format="%.1f%%", help=tr(meaning.sentence))


def choose(run: Run) -> int:
    """The class that is looked at."""
    st.header(tr("One class"), anchor=False)
    label: int = st.selectbox(
        tr("Class"),
        range(len(run.classes)),
        format_func=lambda i: one_line(run.classes[i]),
        key="shown_class",
        bind="query-params",
        on_change=keep_view,
        width=320,
    )
    return label


def show_yes_and_no(result: SplitEvaluation, label: int) -> None:
    """Where each class has its own yes or no, a matrix of all of them would mean nothing."""
    st.caption(
        tr(
            "A class is said of a picture from a probability of {threshold:.0%} on.",
            threshold=evaluation.THRESHOLD,
        )
    )
    rows = zip((mark("Yes"), mark("No")), result.yes_and_no(label), strict=True)
    # Translators: whether the pictures have the class, and what the model said: a table of four counts
    columns = tr("True"), tr("Said yes"), tr("Said no")
    st.dataframe(
        [dict(zip(columns, (tr(true), *said), strict=True)) for true, said in rows],
        hide_index=True,
        alt=tr("Pictures that have the class or not, by what the model said"),
    )


def show_curves(run: Run, result: SplitEvaluation, label: int) -> None:
    """The class before all others, which are grey."""
    name, chosen = literal(run.classes[label]), result.figures.curves[label]
    if chosen.roc is None or chosen.precision_recall is None:
        st.caption(
            tr(
                "There is no curve of {class_name}: either none or all of these pictures are of it.",
                class_name=name,
            )
        )
        return
    share = result.classes[label].support / len(result.pictures)
    curves = result.figures.curves
    parts = (
        (meanings.ROC, meanings.CLASS_AUC, chosen.roc.area)
        + (evaluation_plots.roc(run.classes, [one.roc for one in curves], label),),
        (meanings.PRECISION_RECALL, meanings.AVERAGE_PRECISION, chosen.precision_recall.area)
        + (
            evaluation_plots.precision_recall(
                run.classes, [one.precision_recall for one in curves], label, share
            ),
        ),
    )
    for column, (curve, area, value, figure) in zip(st.columns(2), parts, strict=True):
        with column:
            st.markdown(
                tr(
                    "**{curve}** of {class_name}, {figure} {share:.1%}",
                    curve=tr(curve.title),
                    class_name=name,
                    figure=tr(area.title),
                    share=value,
                )
            )
            st.caption(tr(curve.sentence))
            st.plotly_chart(
                figure,
                config={"displayModeBar": False},
                alt=tr(
                    "{curve} of {class_name}: area {share:.1%}",
                    curve=tr(curve.title),
                    class_name=run.classes[label],
                    share=value,
                ),
            )
