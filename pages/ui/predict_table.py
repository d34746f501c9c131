"""The pictures of a batch as a table: filtered, sorted by its heads, opened, corrected, taken away."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from pages.ui import picture_route, predict_corrections, predict_files, state
from pages.ui.messages import keep_view, literal, one_line, told
from pages.ui.session import entered
from tlcore import confidence, corrections, prediction_table, predictions, words
from tlcore.corrections import Correction
from tlcore.predict import Prediction
from tlcore.predictions import Batch, Judged
from tlcore.runs import Run
from tlcore.words import mark, tr, trn

UNSURE = mark("I don't know")
NONE = mark("None of the classes")
_ALL = mark("Everything")
_ROWS_PX, _MOST_SHOWN = 56, 9


def show(run: Run, batch: Batch) -> None:
    found = predictions.judged(run, batch)
    known = corrections.load(batch)
    st.header(literal(batch.name), anchor=False)
    st.caption(_summary(found))
    _show_left_out(batch)
    if not found:
        predict_files.show_forget(batch)
        return
    shown = _filtered(run, batch, found)
    picked = _table(batch, shown, known)
    predict_corrections.show(run, batch, picked)
    _downloads(run, batch, found, known)


def said(prediction: Prediction) -> str:
    """The answer in a few words: the names of classes, UNSURE or NONE."""
    if prediction.unsure:
        return UNSURE
    return ", ".join(prediction.labels) or NONE


def _shown(answer: str) -> str:
    return tr(answer) if answer in (UNSURE, NONE, _ALL) else one_line(answer)


def _summary(found: Sequence[Judged]) -> str:
    if not found:
        return literal(tr("No picture could be judged."))
    counts = Counter(said(one.prediction) for one in found)
    each = [f"{_shown(name)} {words.number(count, ',')}" for name, count in counts.most_common(12)]
    return literal(
        trn("{n:,} picture: {answers}", "{n:,} pictures: {answers}", len(found), answers=" · ".join(each))
    )


def _show_left_out(batch: Batch) -> None:
    left = predictions.left_out(batch)
    if left:
        with st.expander(
            trn("{n:,} file left out", "{n:,} files left out", len(left)), icon=":material/filter_alt:"
        ):
            st.dataframe(
                [{"File": name, "Why": reason} for name, reason in left],
                hide_index=True,
                column_config={"File": tr("File"), "Why": tr("Why")},
                alt=tr("Files that were left out, and why"),
            )


def _filtered(run: Run, batch: Batch, found: Sequence[Judged]) -> list[Judged]:
    answers = sorted({said(one.prediction) for one in found})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        answer = st.selectbox(
            tr("It says"),
            [_ALL, *answers],
            format_func=_shown,
            key=f"answer_{batch.id}",
            on_change=keep_view,
            width=220,
        )
        low, high = st.slider(
            tr("How sure it is"),
            0,
            100,
            (0, 100),
            format="%d%%",
            key=f"sure_{batch.id}",
            on_change=keep_view,
            width=240,
        )
        searched = st.text_input(
            tr("Search file names"),
            key=f"search_{batch.id}",
            on_change=keep_view,
            width=220,
            icon=":material/search:",
        )
    needle = searched.strip().casefold()
    return [
        one
        for one in found
        if answer in (_ALL, said(one.prediction))
        and low <= 100 * one.prediction.probability <= high
        and needle in one.row.name.casefold()
    ]


def _table(batch: Batch, shown: Sequence[Judged], known: Mapping[int, Correction]) -> list[Judged]:
    """Draws it; returns the rows that are chosen."""
    if not shown:
        st.caption(tr("No picture fits."))
        return []
    address = picture_route.addresses(batch)
    numbers = tuple(one.row.number for one in shown)
    # Other rows begin without a choice.
    key = f"rows_{batch.id}_{hash(numbers)}"
    chosen = st.dataframe(
        [_line(one, known.get(one.row.number), address) for one in shown],
        hide_index=True,
        row_height=_ROWS_PX,
        height=_ROWS_PX * min(len(shown), _MOST_SHOWN) + 40,
        column_config={
            "Picture": st.column_config.ImageColumn(tr("Picture"), width=70),
            "It says": st.column_config.TextColumn(tr("It says"), width=130),
            "Probability": st.column_config.ProgressColumn(
                tr("Probability"),
                format="percent",
                min_value=0,
                max_value=1,
                help=tr("Of the likeliest class."),
            ),
            "Right class": tr("Right class"),
            "File": tr("File"),
        },
        selection_mode="multi-row",
        on_select=_select,
        key=key,
        alt=tr(
            "The pictures with the class and the probability that the run says, and the right class "
            "where somebody gave it one"
        ),
    )
    _remember(key, batch, shown)
    if len(shown) > 1:
        st.caption(tr("Click a head to sort, tick a row to open its picture, tick several to correct them."))
    rows = chosen["selection"]["rows"]
    return [shown[place] for place in rows if place < len(shown)]


def _line(one: Judged, correction: Correction | None, address: str) -> dict[str, object]:
    right = "" if correction is None else ", ".join(correction.labels) + (" ✓" if correction.sent else "")
    guess = ", ".join(one.prediction.labels) or tr(NONE)
    return {
        "Picture": address.format(file=one.row.file),
        "It says": f"{tr(UNSURE)} ({guess}?)" if one.prediction.unsure else guess,
        "Probability": one.prediction.probability,
        "Right class": right,
        "File": one.row.name,
    }


def _remember(key: str, batch: Batch, shown: Sequence[Judged]) -> None:
    # A callback knows but the places of the rows in the table.
    state.notes()["batch_rows"] = (key, [one.row.picture for one in shown])


@told
def _select() -> None:
    """A row that is chosen alone is opened."""
    key, pictures = state.notes()["batch_rows"]
    rows = entered(key)["selection"]["rows"]
    if len(rows) == 1 and rows[0] < len(pictures):
        state.select(picture=pictures[rows[0]])
    elif not rows:
        state.select(picture=None)


def _downloads(run: Run, batch: Batch, found: Sequence[Judged], known: Mapping[int, Correction]) -> None:
    def records() -> list[prediction_table.Record]:
        right = {number: one.labels for number, one in known.items()}
        judged = [
            prediction_table.told(one.row.name, one.prediction, right.get(one.row.number)) for one in found
        ]
        return judged + [prediction_table.failed(*left) for left in predictions.left_out(batch)]

    def as_csv() -> str:
        may_be_unsure = confidence.chosen(run).threshold > 0
        return prediction_table.csv_text(run.classes, records(), may_be_unsure=may_be_unsure)

    def as_json() -> str:
        return json.dumps(records(), indent=1, ensure_ascii=False)

    with st.container(horizontal=True):
        # Made when somebody asks for it.
        st.download_button(
            tr("Table (CSV)"),
            as_csv,
            f"predictions-{batch.id}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.download_button(
            tr("Table (JSON)"),
            as_json,
            f"predictions-{batch.id}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        predict_files.show_forget(batch)
