"""The runs as a table; a click on a line chooses one, and several are to be compared."""

import streamlit as st

from pages.ui import compare_choice, guide, state
from pages.ui.messages import told
from pages.ui.numbers import tenth
from pages.ui.session import entered
from tlcore import comparing, measures
from tlcore.datasets import Split
from tlcore.overview import Line
from tlcore.words import mark, tr

KEY = "runs_table"
SPLITS = {Split.VAL: mark("Validation"), Split.TEST: mark("Test")}
# The columns, by what they are called.
NAME, STATUS, MEASURE = mark("Name"), mark("Status"), mark("Measure")
# Translators: how long the training took
TOOK = mark("Took")
EPOCHS = mark("Epochs")
SIZE, PINNED, DATASET, RECIPE = mark("Size"), mark("Pinned"), mark("Dataset"), mark("Recipe")
CREATED, NOTE = mark("Created"), mark("Note")
ORDER = [STATUS, *SPLITS.values(), MEASURE, TOOK, SIZE, PINNED, DATASET, RECIPE, CREATED, NOTE]
ROW_PX, MOST_PX = 36, 420

Row = dict[str, object]


def choose(lines: list[Line]) -> None:
    ids = [line.run.id for line in lines]
    rows = [{NAME: line.run.name, **row(line)} for line in lines]
    marked = compare_choice.marked()
    chosen = [i for i, id in enumerate(ids) if id in marked]
    # A key for each choice: the line that is marked is the run that is chosen, whoever chose it.
    key = f"{KEY}_{'_'.join(ids[i] for i in chosen)}"
    st.caption(
        tr(
            "Click on the box before a line to open that run; mark several to compare them. Click on "
            "a title to sort."
        )
    )
    st.dataframe(
        rows,
        hide_index=True,
        # As high as its lines, so that the page does not end in an empty table.
        height=min(MOST_PX, ROW_PX * (len(lines) + 1)),
        column_order=[NAME, *filled(rows, ORDER)],
        column_config=columns(),
        placeholder="–",
        key=key,
        on_select=_row_chosen,
        selection_mode="multi-row",
        selection_default={"selection": {"rows": chosen}},
        alt=tr("All runs with status, share of right answers, time, size and recipe"),
    )
    state.notes()[f"{KEY}_ids"] = (key, ids)
    _offer_comparison(len(chosen))


def _offer_comparison(count: int) -> None:
    if count < comparing.FEWEST_RUNS:
        return
    too_many = count > comparing.MOST_RUNS
    if st.button(
        tr("Compare these {runs} runs", runs=count),
        icon=":material/compare_arrows:",
        disabled=too_many,
        help=tr("At most {most} at once.", most=comparing.MOST_RUNS) if too_many else None,
    ):
        guide.go("understand/compare.py")


@told
def _row_chosen() -> None:
    key, ids = state.notes()[f"{KEY}_ids"]
    compare_choice.mark([ids[row] for row in entered(key)["selection"]["rows"]])


def row(line: Line) -> Row:
    """What tables of runs tell of one, by column."""
    run, found = line.run, {SPLITS[split]: tenth(share) for split, share in line.shares.items()}
    return {
        PINNED: run.pinned or None,
        STATUS: tr(line.progress.status.value),
        **found,
        **({MEASURE: tr(measures.name(run))} if found else {}),
        TOOK: line.seconds,
        EPOCHS: len(line.progress.epochs),
        SIZE: line.size_bytes,
        DATASET: run.dataset_name,
        RECIPE: run.recipe.summary(),
        CREATED: run.created[:16].replace("T", " "),
        NOTE: run.note,
    }


def filled(rows: list[Row], names: list[str]) -> list[str]:
    """A column that no run fills is not drawn."""
    return [name for name in names if any(one.get(name) not in (None, "") for one in rows)]


def columns() -> dict[str, object]:
    column = st.column_config
    measured = " ".join(f"{tr(name)}: {tr(meaning)}" for name, meaning in measures.HELP.items())
    trained = tr("From the beginning of the training to the finished model.")
    kept = tr("Neither deleted nor cleaned away.")
    return {
        PINNED: column.CheckboxColumn(tr(PINNED), help=kept, width="small"),
        NAME: column.TextColumn(tr(NAME), pinned=True),
        STATUS: column.Column(tr(STATUS)),
        **{title: column.NumberColumn(tr(title), format="percent") for title in SPLITS.values()},
        MEASURE: column.TextColumn(tr(MEASURE), help=measured),
        TOOK: column.NumberColumn(tr(TOOK), format="%.1f s", help=trained),
        EPOCHS: column.Column(tr(EPOCHS)),
        SIZE: column.NumberColumn(tr(SIZE), format="bytes", help=tr("On the disk, with its checkpoints.")),
        DATASET: column.Column(tr(DATASET)),
        RECIPE: column.TextColumn(tr(RECIPE), width="large"),
        CREATED: column.TextColumn(tr(CREATED), help=tr("UTC.")),
        NOTE: column.Column(tr(NOTE)),
    }
