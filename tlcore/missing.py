"""What is said where somebody asks for a thing of the workspace that is not there."""

from typing import Literal

from tlcore.words import mark, tr

Kind = Literal["backbone", "batch of pictures", "dataset", "deleted run", "intake", "run"]
_SENTENCES: dict[Kind, str] = {
    "backbone": mark("There is no backbone {id!r} here. It may have been deleted, or the link is cut short."),
    "batch of pictures": mark(
        "There is no batch of pictures {id!r} here. It may have been deleted, or the link is cut short."
    ),
    "dataset": mark("There is no dataset {id!r} here. It may have been deleted, or the link is cut short."),
    "deleted run": mark(
        "There is no deleted run {id!r} here. It may have been deleted, or the link is cut short."
    ),
    "intake": mark("There is no intake {id!r} here. It may have been deleted, or the link is cut short."),
    "run": mark("There is no run {id!r} here. It may have been deleted, or the link is cut short."),
}


def sentence(kind: Kind, id: str) -> str:
    return tr(_SENTENCES[kind], id=id)
