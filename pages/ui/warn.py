"""Choices that are known to hurt, said calmly in one box."""

import streamlit as st

from pages.ui.messages import literal
from tlcore import advice
from tlcore.datasets import Dataset, Split
from tlcore.plans import Plan


def warn(plan: Plan, dataset: Dataset | None) -> None:
    pictures = len(dataset.of(Split.TRAIN)) if dataset else None
    sentences = [literal(sentence) for sentence in advice.warnings(plan, pictures)]
    if sentences:
        text = sentences[0] if len(sentences) == 1 else "\n".join(f"- {one}" for one in sentences)
        st.warning(text, icon=":material/lightbulb:")
