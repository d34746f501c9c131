"""The runs as a table; a click on a line chooses one, and several are to be compared."""

import streamlit as st

from pages.ui import compare_choice, guide, state
from pages.ui.messages import told
from pages.ui.numbers import tenth
from pages.ui.session import entered
from tlcore import comparing, measures
from tlcore.datasets import Split
from tlcore.overview import Line
from tlcore.words import tr

KEY = "runs_table"
SPLITS = {Split.VAL: "Validation", Split.TEST: "Test"}
ORDER = ["Status", "Validation", "Test", "Measure", "Took", "Size", "Pinned"]
ORDER += ["Dataset", "Recipe", "Created", "Note"]
ROW_PX, MOST_PX = 36, 420

Row = dict[str, object]


def choose(lines: list[Line]) -> None:
    ids = [line.run.id for line in lines]
    rows = [{"Name": line.run.name, **row(line)} for line in lines]
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
        column_order=["Name", *filled(rows, ORDER)],
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
        tr("Compare these {count} runs", count=count),
        icon=":material/compare_arrows:",
        disabled=too_many,
        help=tr("At most {MOST_RUNS} at once.", MOST_RUNS=comparing.MOST_RUNS) if too_many else None,
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
        "Pinned": run.pinned or None,
        "Status": line.progress.status.value,
        **found,
        **({"Measure": measures.name(run)} if found else {}),
        "Took": line.seconds,
        "Epochs": len(line.progress.epochs),
        "Size": line.size_bytes,
        "Dataset": run.dataset_name,
        "Recipe": run.recipe.summary(),
        "Created": run.created[:16].replace("T", " "),
        "Note": run.note,
    }


def filled(rows: list[Row], names: list[str]) -> list[str]:
    """A column that no run fills is not drawn."""
    return [name for name in names if any(one.get(name) not in (None, "") for one in rows)]


def columns() -> dict[str, object]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "Pinned": st.column_config.CheckboxColumn(
            help=tr("Neither deleted nor cleaned away."), width="small"
        ),
        "Name": text(pinned=True),
        "Validation": number(format="percent"),
        "Test": number(format="percent"),
        "Measure": text(help=" ".join(f"{name}: {what}" for name, what in measures.HELP.items())),
        "Took": number(format="%.1f s", help=tr("From the beginning of the training to the finished model.")),
        "Size": number(format="bytes", help=tr("On the disk, with its checkpoints.")),
        "Recipe": text(width="large"),
        "Created": text(help=tr("UTC.")),
    }
