"""A ``.keras`` file taken in as a backbone: looked through here, measured by a worker, kept whole."""

import hashlib
import itertools
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tlcore import keras_files
from tlcore.archives import clean_text
from tlcore.backbones import own
from tlcore.backbones.own import OwnBackbone
from tlcore.backbones.preprocessing import KINDS, Preprocessing
from tlcore.errors import ModelFileError, WorkspaceError
from tlcore.keras_files import Facts, KerasFile
from tlcore.words import tr
from tlcore.workspace import Workspace, read_json, sync_folder, write_json

__all__ = ["PIXELS", "Measure", "check_sent", "failed_file", "meta_file", "pixels_of", "take"]

_SCALES: dict[str, Preprocessing] = {"0-255": "none", "0-1": "unit", "-1-1": "tf"}
PIXELS = ("auto", *_SCALES, *(kind for kind in KINDS if kind not in _SCALES.values()))
"""The scales of pixels a model may have been trained on, as they are chosen."""

Measure = Callable[[Path], None]
"""Fills a folder that holds ``model.keras`` and ``request.json`` with what must be known of the model."""

_NOT_KEPT = ("request.json", "weights.h5")


def take(
    workspace: Workspace,
    source: Path | bytes,
    *,
    measure: Measure,
    name: str = "",
    title: str = "",
    origin: str = "",
    pixels: str = "auto",
    id: str = "",
) -> OwnBackbone:
    """A person's model as a backbone; the one that is there already, when it was taken before.

    ``name`` is the file's, for sentences; ``pixels`` one of PIXELS. Keras is not imported here.
    ``id``: of one that comes from another Thaw, where recipes name it so; what is kept there of a file has
    another hash than the file. So such a one is never taken for a file of its id without a look into both.
    Raises ModelFileError with the rule, the file and the way out; nothing is left of what is refused.
    """
    _check_pixels(pixels)
    name = clean_text(name or (source.name if isinstance(source, Path) else ""))[:80]
    with workspace.scratch() as scratch, keras_files.opened(source, name) as file:
        kind = _kind(pixels, file.facts)
        guessed = pixels == "auto" and not _tells_pixels(file.facts)
        sent, id = bool(id), id or _own_id(workspace, file, kind)
        if (found := _existing(workspace, id)) is not None:
            if sent:
                _check_same(found, file, kind)
            return found if guessed else _known(found)
        folder = Path(scratch) / "backbone"
        folder.mkdir()
        try:
            numbers = file.write_weights(folder / "weights.h5")
            file.write_clean(folder / "model.keras", folder / "weights.h5")
        except OSError as error:
            raise _not_saved(error) from error
        request = {
            "id": id,
            "title": clean_text(title)[:80] or name.removesuffix(".keras") or tr("My model"),
            "origin": origin or tr("file {file}", file=name or "model.keras"),
            "created": datetime.now(UTC).isoformat(),
            "preprocessing": kind,
            "guessed": guessed,
            "sent": sent,
            "numbers": numbers,
        }
        write_json(folder / "request.json", request)
        measure(folder)
        _check_measured(folder, file.label)
        placed = _place(workspace, folder, id)
        if sent or placed.sent:
            # Somebody may have been first, and with another network.
            _check_same(placed, file, kind)
        return placed


def check_sent(workspace: Workspace, source: Path, id: str, name: str, pixels: str) -> None:
    """Raises ModelFileError where another network is here under the id that a sender says of this one."""
    _check_pixels(pixels)
    if (found := _existing(workspace, id)) is not None:
        with keras_files.opened(source, name) as file:
            _check_same(found, file, _kind(pixels, file.facts))


def pixels_of(backbone: OwnBackbone) -> str:
    """What to say of its pixels when it is taken in again."""
    if backbone.guessed:
        return "auto"
    named = {kind: name for name, kind in _SCALES.items()}
    return named.get(backbone.preprocessing, backbone.preprocessing)


def meta_file(folder: Path) -> Path:
    """Written last by a measurement that went well."""
    return folder / "meta.json"


def failed_file(folder: Path) -> Path:
    """Written by a measurement that cannot be; it holds the sentence."""
    return folder / "failed.json"


def _check_pixels(pixels: str) -> None:
    if pixels not in PIXELS:
        raise ModelFileError(
            tr("Pixels are one of {choices}, not {pixels!r}.", choices=", ".join(PIXELS), pixels=pixels[:40])
        )


def _own_id(workspace: Workspace, file: KerasFile, kind: Preprocessing) -> str:
    """By content; where a sender put another network under it, the next one that is free or right."""

    def is_right(id: str) -> bool:
        found = _existing(workspace, id)
        return found is None or not found.sent or _is_same(found, file, kind)

    first = f"{file.sha256}:{kind}"
    texts = itertools.chain([first], (f"{first}:{count}" for count in itertools.count(2)))
    return next(filter(is_right, (hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts)))


def _check_same(found: OwnBackbone, file: KerasFile, kind: Preprocessing) -> None:
    if not _is_same(found, file, kind):
        raise ModelFileError(
            tr(
                "{label} goes by the name {name}, and so does another network here, {title!r}: runs on "
                "the one would be trained on with the other. Use another workspace for it (THAW_HOME).",
                label=file.label,
                name=found.name,
                title=found.title,
            )
        )


def _is_same(found: OwnBackbone, file: KerasFile, kind: Preprocessing) -> bool:
    if found.preprocessing != kind:
        return False
    with keras_files.opened(found.folder / "model.keras") as kept:
        return kept.content_sha256() == file.content_sha256()


def _kind(pixels: str, facts: Facts) -> Preprocessing:
    """What the pixels go through: a model that scales them itself, as ours do, takes them as they are."""
    if pixels == "auto":
        return "none" if _tells_pixels(facts) else "unit"
    if pixels in _SCALES:
        return _SCALES[pixels]
    return next(kind for kind in KINDS if kind == pixels)


def _tells_pixels(facts: Facts) -> bool:
    return facts.scales_pixels or facts.is_thaw


def _known(backbone: OwnBackbone) -> OwnBackbone:
    """Somebody said now what was guessed, and right, when it was taken before."""
    if backbone.guessed:
        file = meta_file(backbone.folder)
        write_json(file, read_json(file) | {"guessed": False})
    return replace(backbone, guessed=False)


def _check_measured(folder: Path, label: str) -> None:
    if failed_file(folder).is_file():
        raise ModelFileError(
            tr(
                "{label} cannot be a backbone. {reason}",
                label=label,
                reason=read_json(failed_file(folder))["message"],
            )
        )
    if not meta_file(folder).is_file():
        raise ModelFileError(tr("{label} was not measured to its end. Try again.", label=label))


def _place(workspace: Workspace, folder: Path, id: str) -> OwnBackbone:
    """Rename the finished folder to its place, so that there is never half a backbone."""
    target = workspace.backbones / id
    try:
        for name in _NOT_KEPT:
            (folder / name).unlink(missing_ok=True)
        workspace.backbones.mkdir(parents=True, exist_ok=True)
        if target.exists() and _existing(workspace, id) is None:
            os.rename(target, folder.parent / "damaged")
        os.rename(folder, target)
        sync_folder(workspace.backbones)
    except OSError as error:
        # Two people may bring the same file at once: the first one's is as good.
        if (found := _existing(workspace, id)) is not None:
            return found
        raise _not_saved(error) from error
    return own.load(workspace, id)


def _existing(workspace: Workspace, id: str) -> OwnBackbone | None:
    try:
        return own.load(workspace, id)
    except WorkspaceError:
        return None


def _not_saved(error: OSError) -> WorkspaceError:
    return WorkspaceError(
        tr("The backbone could not be saved ({strerror}). Free some space.", strerror=error.strerror)
    )
