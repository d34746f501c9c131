"""What was changed of a dataset, as its history tells it, in the language of who did it."""

from collections.abc import Collection

from tlcore.report import quoted
from tlcore.words import trn


def moved(pictures: int, origins: str, to: str) -> str:
    return trn(
        "{n:,} picture moved from {origins} to '{to}'",
        "{n:,} pictures moved from {origins} to '{to}'",
        pictures,
        origins=origins,
        to=to,
    )


def deleted(pictures: int, classes: str) -> str:
    return trn(
        "{n:,} picture of {classes} deleted",
        "{n:,} pictures of {classes} deleted",
        pictures,
        classes=classes,
    )


def merged(names: Collection[str], into: str) -> str:
    return trn(
        "Class {names} merged into '{into}'",
        "Classes {names} merged into '{into}'",
        len(names),
        names=quoted(names),
        into=into,
    )


def removed(name: str, pictures: int) -> str:
    return trn(
        "Class '{name}' removed with its {n:,} picture",
        "Class '{name}' removed with its {n:,} pictures",
        pictures,
        name=name,
    )


def added(pictures: int, to: str) -> str:
    """``to``: the names of classes, quoted."""
    return trn("{n:,} picture added to {names}", "{n:,} pictures added to {names}", pictures, names=to)


def united(pictures: int, name: str, id: str) -> str:
    return trn(
        "{n:,} picture added from dataset '{name}' ({id})",
        "{n:,} pictures added from dataset '{name}' ({id})",
        pictures,
        name=name,
        id=id,
    )


def kept_together(pictures: int) -> str:
    return trn(
        "Near duplicates kept on one side of the split: {n:,} picture moved across",
        "Near duplicates kept on one side of the split: {n:,} pictures moved across",
        pictures,
    )
