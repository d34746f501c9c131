"""Whether the model's percentages can be taken at their word."""

import streamlit as st

from pages.ui import concept
from pages.ui.numbers import percent
from tlcore import evaluation_plots, meanings
from tlcore.evaluation import SplitEvaluation
from tlcore.words import tr


def show(result: SplitEvaluation) -> None:
    calibration = result.figures.calibration
    meaning = meanings.ANSWERS_RELIABILITY if result.several_labels else meanings.RELIABILITY
    st.header(tr("How far to trust its percentages"), anchor=False)
    concept.what_is("calibration")
    st.markdown(f"**{tr(meanings.CALIBRATION_ERROR.title)}** {percent(calibration.error)}")
    st.caption(tr(meanings.CALIBRATION_ERROR.sentence))
    lines = tr(
        "The thin lines say how well a share is known that was counted on so few; the bars below count how "
        "often it was said."
    )
    st.caption(f"{tr(meaning.sentence)} {lines}")
    points = ", ".join(
        tr(
            "said {said:.0%}, true {share:.0%} of {pictures}",
            said=confidence,
            share=share,
            pictures=count,
        )
        for confidence, share, count in calibration.points
    )
    st.plotly_chart(
        evaluation_plots.reliability(calibration),
        config={"displayModeBar": False},
        alt=tr("Reliability diagram: {points}", points=points),
    )
