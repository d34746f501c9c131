"""What can be done with a run: name it, note, pin, take its recipe, export it, delete it."""

import streamlit as st

from pages.ui import download_route, guide, run_state, state
from pages.ui.messages import literal, shown, told
from tlcore import about, datasets, imported_model, jobs, run_import, runs, trash
from tlcore.errors import WorkspaceError
from tlcore.overview import Line
from tlcore.runs import Run
from tlcore.words import tr

DELETED = "deleted_run"


def show(line: Line) -> None:
    run, status = line.run, line.progress.status
    with st.container(border=True):
        st.header(literal(run.name), anchor=False)
        st.caption(literal(f"{run.dataset_name} · {run.recipe.summary()} · {tr(status.value)}"))
        if line.progress.message:
            st.markdown(f"{run_state.ICONS[status]} {literal(line.progress.message)}")
        _say(run)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            guide.link(tr("Look at the training"), "build/train.py", ":material/show_chart:")
            run_state.ways_on(run, status)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _use_recipe(run)
            if status.final:
                _export(run)
            st.button(
                tr("Delete"),
                icon=":material/delete:",
                disabled=run.pinned or not status.final,
                help=tr("Pinned: unpin it first.") if run.pinned else tr("You can have it back."),
                on_click=_delete,
                args=(run,),
            )
        if imported_model.needs_graph(run):
            _make_ready(run)


def _say(run: Run) -> None:
    """Name, note and pin."""
    left, right = st.columns([1, 2])
    with left:
        st.text_input(
            tr("Name"),
            key=state.widget(f"name_{run.id}", run.name),
            max_chars=about.MAX_NAME_CHARACTERS,
            on_change=_renamed,
            args=(run,),
        )
        st.toggle(
            tr("Pinned"),
            key=state.widget(f"pin_{run.id}", run.pinned),
            on_change=_pinned,
            args=(run,),
            help=tr("A pinned run is not deleted, and a clean-up spares what belongs to it."),
        )
    with right:
        st.text_area(
            tr("Note"),
            key=state.widget(f"note_{run.id}", run.note),
            max_chars=about.MAX_NOTE_CHARACTERS,
            height=100,
            on_change=_noted,
            args=(run,),
        )


@told
def _renamed(run: Run) -> None:
    about.rename(run.folder, state.widget_value(f"name_{run.id}"))


@told
def _noted(run: Run) -> None:
    about.set_note(run.folder, state.widget_value(f"note_{run.id}"))


@told
def _pinned(run: Run) -> None:
    about.pin(run.folder, state.widget_value(f"pin_{run.id}"))


@told
def _delete(run: Run) -> None:
    # As it is on the disk: another tab may have pinned it.
    trash.delete(state.workspace(), runs.load(state.workspace(), run.id))
    state.notes()[DELETED] = run.id
    state.select(run=None)


def _use_recipe(run: Run) -> None:
    if st.button(
        tr("Use its recipe"),
        icon=":material/content_copy:",
        help=tr("To change something in it and train that."),
    ):
        ids = {"recipe": jobs.duplicate(state.workspace(), run)}
        state.select(**ids, **({"dataset": run.dataset_id} if pictures_are_here(run) else {}))
        guide.go("build/model.py")


def _export(run: Run) -> None:
    with st.popover(tr("Export"), icon=":material/download:"):
        st.caption(
            tr(
                "The whole run as one file: recipe, history, figures and model. It can be brought in on "
                "another machine. For the model alone there is the page Export."
            )
        )
        here = pictures_are_here(run)
        with_pictures = st.toggle(
            tr("With the pictures"),
            key="export_pictures",
            disabled=not here,
            help=tr("The dataset that it was trained on.") if here else tr("They are not here any more."),
        )
        st.link_button(
            tr("Download"),
            download_route.run_link(run, with_pictures=with_pictures and here),
            type="primary",
            icon=":material/download:",
        )


def pictures_are_here(run: Run) -> bool:
    try:
        return bool(datasets.load(state.workspace(), run.dataset_id).items)
    except WorkspaceError:
        return False


def _make_ready(run: Run) -> None:
    """Of a run that came from a file: what a worker makes of its model may still be missing."""
    st.caption(tr("Its model is being made ready for predictions."))
    if st.button(tr("Make it ready now"), icon=":material/build:"):
        with shown():
            run_import.make_ready(state.workspace(), run)
