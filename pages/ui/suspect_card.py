"""One picture that looks wrongly labelled: what speaks against its label, and the clicks that decide."""

import streamlit as st

from pages.ui import label_changes, state
from pages.ui.messages import keep_view, literal, one_line
from pages.ui.pictures import gallery
from tlcore import doctor, thumbnails
from tlcore.datasets import Dataset, Item
from tlcore.doctor import Action, Decision, Suspect
from tlcore.words import tr

CARD_PX = 350
_PICTURE_PX, _WORDS_PX = 130, 170
# Three of them in a row beside it.
_NEAR_PX = 44
# Sharp on a screen of several pixels per point.
_FILE_PX = 224


def show(dataset: Dataset, suspect: Suspect, decision: Decision | None) -> None:
    item = dataset.items[suspect.row]
    given, suggested = (_words(dataset, labels) for labels in (item.labels, suspect.suggested))
    with st.container(border=True, width=CARD_PX):
        with st.container(horizontal=True):
            _show_picture(dataset, item, given)
            with st.container(width=_WORDS_PX, gap="xsmall"):
                st.markdown(tr("Label: **{class_name}**", class_name=literal(given)))
                st.markdown(tr("Looks like: **{class_name}**", class_name=literal(suggested)))
                _show_near(dataset, suspect)
        st.text(doctor.why(dataset, suspect))
        st.caption(literal(item.name))
        if decision is not None:
            _show_decision(dataset, suspect.row, decision)
        else:
            _offer(dataset, suspect, suggested)


def _show_picture(dataset: Dataset, item: Item, given: str) -> None:
    (content,) = thumbnails.of_each(state.workspace(), [dataset.path(item)], _FILE_PX)
    with st.container(width=_PICTURE_PX):
        if content is None:
            st.text(tr("The picture is missing."))
        else:
            st.image(content, width="stretch", alt=f"{given}: {item.name}")


def _show_near(dataset: Dataset, suspect: Suspect) -> None:
    if not suspect.near:
        return
    focus = literal(dataset.classes[suspect.focus])
    if suspect.focus in suspect.suggested:
        st.caption(tr("Nearest {class_name}", class_name=focus))
    else:
        st.caption(tr("Nearest without {class_name}", class_name=focus))
    items = [dataset.items[row] for row in suspect.near]
    gallery(
        [(dataset.path(one), "", f"{_words(dataset, one.labels)}: {one.name}") for one in items], _NEAR_PX
    )


def _show_decision(dataset: Dataset, row: int, decision: Decision) -> None:
    words = {
        Action.KEEP: f":material/check: {tr('Right as it is.')}",
        Action.REMOVE: f":material/delete: {tr('Will be removed.')}",
        Action.MOVE: f":material/drive_file_move: {_moved(decision)}",
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words[decision.action])
        st.button(
            tr("Undo"),
            type="tertiary",
            icon=":material/undo:",
            key=f"undo_{dataset.id}_{row}",
            on_click=label_changes.decide,
            args=(dataset.id, row, None),
        )


def _moved(decision: Decision) -> str:
    return tr("Will be {class_name}.", class_name=literal(", ".join(decision.to)))


def _offer(dataset: Dataset, suspect: Suspect, suggested: str) -> None:
    row = suspect.row
    to = tuple(dataset.classes[label] for label in suspect.suggested)
    class_name = literal(suggested)
    if dataset.several_labels:
        move, other_move = tr("Change to {class_name}", class_name=class_name), tr("Change to another …")
    else:
        move, other_move = tr("Move to {class_name}", class_name=class_name), tr("Move to another …")
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            tr("Keep"),
            icon=":material/check:",
            key=f"keep_{dataset.id}_{row}",
            on_click=label_changes.decide,
            args=(dataset.id, row, Decision(Action.KEEP)),
            help=tr("Its label is right. It is not shown again in the versions that follow."),
        )
        st.button(
            move,
            icon=":material/drive_file_move:",
            key=f"move_{dataset.id}_{row}",
            on_click=label_changes.decide,
            args=(dataset.id, row, Decision(Action.MOVE, to)),
        )
        with st.popover(other_move, key=f"other_{dataset.id}_{row}", on_change=keep_view) as other:
            if other.open:
                _choose_other(dataset, suspect)
        st.button(
            tr("Remove"),
            icon=":material/delete:",
            key=f"remove_{dataset.id}_{row}",
            on_click=label_changes.decide,
            args=(dataset.id, row, Decision(Action.REMOVE)),
            help=tr("From the next version. This one keeps it."),
        )


def _choose_other(dataset: Dataset, suspect: Suspect) -> None:
    row, item = suspect.row, dataset.items[suspect.row]
    key = label_changes.choice_key(dataset.id, row)
    if dataset.several_labels:
        st.multiselect(
            tr("Labels"),
            range(len(dataset.classes)),
            default=list(item.labels),
            format_func=lambda label: one_line(dataset.classes[label]),
            key=key,
        )
    else:
        st.selectbox(
            tr("Class"),
            [label for label in range(len(dataset.classes)) if label != item.label],
            format_func=lambda label: one_line(dataset.classes[label]),
            key=key,
        )
    st.button(
        tr("Change") if dataset.several_labels else tr("Move"),
        icon=":material/drive_file_move:",
        key=f"move_other_{dataset.id}_{row}",
        on_click=label_changes.move_to_chosen,
        args=(dataset.id, row),
    )


def _words(dataset: Dataset, labels: tuple[int, ...]) -> str:
    return ", ".join(one_line(dataset.classes[label]) for label in labels)
