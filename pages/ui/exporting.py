"""One format on the Export page: what it is, how its making stands, and how near it came to the run."""

import streamlit as st

from pages.ui import asking, download_route, messages, state
from pages.ui.asking import Offer
from pages.ui.messages import literal, told
from tlcore import export_jobs, exporters, runs, words
from tlcore.asked import Standing
from tlcore.exporters import Exporter, Parity
from tlcore.numbers import bytes_words
from tlcore.runs import Run
from tlcore.words import mark, tr

_STAGES = {
    "loading": mark("Loading the model and the pictures"),
    "converting": mark("Converting"),
    "comparing": mark("Comparing with the run, picture by picture"),
}


def show(run: Run, format: str, standing: Standing) -> None:
    exporter = exporters.get(format)
    with st.container(border=True):
        st.header(tr(exporter.title), anchor=False)
        st.markdown(tr(exporter.says))
        found = exporters.load(run, format)
        if found is not None:
            _show_made(run, format, exporter, found)
        elif standing.under_way:
            asking.show_stage(standing.stage, _STAGES)
        else:
            asking.show_offer(standing, _offer(run, format))


def _offer(run: Run, format: str) -> Offer:
    return Offer(
        tr("Make and compare"),
        icon=":material/compare_arrows:",
        key=f"make_{format}",
        on_click=start,
        args=(run.id, (format,)),
    )


def _show_made(run: Run, format: str, exporter: Exporter, found: Parity) -> None:
    if found.refused:
        st.warning(literal(found.refused), icon=":material/block:")
        return
    st.markdown(
        tr(
            ":material/check_circle: Says the same classes as the run for **{agree} of {pictures}** "
            "pictures.",
            agree=found.agree,
            pictures=found.pictures,
        )
    )
    if not found.real:
        st.caption(tr("Compared on drawn pictures, since those of the dataset were deleted."))
    _download(run, [format], tr("Download"))
    program = exporter.program
    panel = st.expander(
        tr("The program in the zip"),
        icon=":material/code:",
        key=f"program_{format}",
        on_change=messages.keep_view,
    )
    if panel.open:
        panel.code(program.use, language=None, wrap_lines=True)
        # Code that scrolls by itself cannot be scrolled by keyboard in every browser; what is around it can.
        with panel.container(height=420, border=False):
            st.code(exporters.program(run, format), language=program.language, wrap_lines=True)


def show_table(run: Run) -> None:
    """What was found of all that are made, the refused ones too."""
    made = [found for format in exporters.FORMATS if (found := exporters.load(run, format)) is not None]
    if not made:
        return
    number = st.column_config.NumberColumn
    st.dataframe(
        [
            {
                # Translators: the format of a file
                tr("Format"): tr(exporters.get(found.format).title),
                tr("Handed out"): not found.refused,
                tr("Same classes"): tr("{agree} of {pictures}", agree=found.agree, pictures=found.pictures),
                tr("Largest difference"): _difference_words(found.difference),
                tr("Size"): bytes_words(found.size_bytes),
                tr("A picture takes"): found.milliseconds,
                # Translators: the program that runs the model
                tr("Runtime"): found.runtime,
            }
            for found in made
        ],
        hide_index=True,
        column_config={
            tr("Same classes"): st.column_config.TextColumn(
                help=tr(
                    "Pictures of which the export says the same as the run: held out ones first, and some "
                    "that were saved in other formats, transparent, turned, or one pixel wide."
                )
            ),
            tr("Largest difference"): st.column_config.TextColumn(
                help=tr("Of any probability, from 0 to 1, on any of these pictures.")
            ),
            tr("A picture takes"): number(
                format="%.1f ms", help=tr("Here, by the model alone. Elsewhere it may be faster or slower.")
            ),
        },
        alt=tr(
            "For each format that was made: of how many pictures it says the same classes as the "
            "run, the largest difference, the size, and what a picture takes"
        ),
    )


def _difference_words(difference: float) -> str:
    if difference < 0:
        return "–"
    return words.number(difference, ".1e") if difference else "0"


def download_all(run: Run, formats: list[str]) -> None:
    _download(run, formats, tr("Download these {formats} in one zip", formats=len(formats)))


def _download(run: Run, formats: list[str], title: str) -> None:
    st.link_button(
        title, download_route.export_link(run, formats), type="primary", icon=":material/download:"
    )


@told
def start(run_id: str, formats: tuple[str, ...]) -> None:
    workspace = state.workspace()
    run = runs.load(workspace, run_id)
    for format in formats:
        export_jobs.start(workspace, run, format, owner=state.owner())
