"""Whether the model's percentages can be taken at their word."""

import streamlit as st

from pages.ui import concept
from tlcore import evaluation_plots, meanings
from tlcore.evaluation import SplitEvaluation


def show(result: SplitEvaluation) -> None:
    calibration = result.figures.calibration
    meaning = meanings.ANSWERS_RELIABILITY if result.several_labels else meanings.RELIABILITY
    st.header("How far to trust its percentages", anchor=False)
    concept.what_is("calibration")
    st.markdown(f"**{meanings.CALIBRATION_ERROR.title}** {calibration.error:.1%}")
    st.caption(meanings.CALIBRATION_ERROR.sentence)
    st.caption(
        f"{meaning.sentence} The thin lines say how well a share is known that was counted on so few; the "
        "bars below count how often it was said."
    )
    st.plotly_chart(
        evaluation_plots.reliability(calibration),
        config={"displayModeBar": False},
        alt="Reliability diagram: "
        + ", ".join(
            f"said {confidence:.0%}, true {share:.0%} of {count}"
            for confidence, share, count in calibration.points
        ),
    )
