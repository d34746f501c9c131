"""What the run gets wrong: the surest mistakes, and which part of each picture decided."""

import io
from pathlib import Path

from PIL import Image

from tlcore import explain, images, judged_words, limits, thumbnails
from tlcore.datasets import Split
from tlcore.errors import ImageError, RunError
from tlcore.evaluation import Evaluation, Judged, SplitEvaluation
from tlcore.explain import Explainer
from tlcore.run_report.markup import FILE_PX, Html, gallery, heading, paragraph, picture, section
from tlcore.runs import Run
from tlcore.words import mark, number, tr
from tlcore.workspace import Workspace

# Each is a part of the file; a page has all of them.
MOST_MISTAKES = 24
MOST_DOUBTFUL = 12
# Each takes a tenth of a second or more.
MOST_EXPLAINED = 12
_OPACITY = 0.6

_MAP = mark(
    "Beside the first ones, which part of the picture spoke for what was said (Grad-CAM): bright parts "
    "raised its score most, dark ones did nothing. It shows where, not what."
)
_NONE_WRONG = {
    Split.VAL: mark("Nothing, of the {pictures:,} validation pictures."),
    Split.TEST: mark("Nothing, of the {pictures:,} test pictures."),
}
_WRONG = {
    Split.VAL: mark("Mistakes on the validation pictures: {count}"),
    Split.TEST: mark("Mistakes on the test pictures: {count}"),
}


def section_of(workspace: Workspace, run: Run, judged: Evaluation) -> Html:
    title = tr("What it gets wrong")
    if not judged.splits:
        return section(title, paragraph(tr("It was judged by no pictures.")))
    split = limits.deciding(judged.splits)
    result = judged.splits[split]
    wrong = result.mistakes
    if not wrong:
        parts = [paragraph(tr(_NONE_WRONG[split], pictures=len(result.pictures)))]
    else:
        shown = wrong[:MOST_MISTAKES]
        count = number(len(wrong), ",")
        if len(shown) < len(wrong):
            count = tr("{shown:,} of {all:,}", shown=len(shown), all=len(wrong))
        parts = [
            heading(3, tr(_WRONG[split], count=count)),
            paragraph(
                tr("What the pictures show → what the model said. The ones it was surest of come first.")
            ),
            *_explained(workspace, run, result, shown),
        ]
    doubtful = result.least_certain[:MOST_DOUBTFUL]
    if doubtful:
        parts += [
            heading(
                3,
                tr(
                    "Right, but least certain: {shown:,} of {all:,}",
                    shown=len(doubtful),
                    all=len(result.least_certain),
                ),
            ),
            paragraph(
                tr("Judged right, with the most doubt first: more pictures like these would help most.")
            ),
            gallery(_picture(run, result, one, small) for one, small in _small(workspace, run, doubtful)),
        ]
    return section(title, *parts)


def _explained(workspace: Workspace, run: Run, result: SplitEvaluation, shown: list[Judged]) -> list[Html]:
    try:
        explainer: Explainer | None = Explainer(workspace, run)
        said = tr(_MAP)
    except RunError as error:
        # Not every network has a map to show; that hides no mistake.
        explainer, said = None, str(error)
    pictures = []
    for place, (one, small) in enumerate(_small(workspace, run, shown)):
        wanted = explainer if place < MOST_EXPLAINED and small is not None else None
        maps = [_heat_map(wanted, run, result, one, _path(workspace, run, one))] if wanted else []
        pictures.append(_picture(run, result, one, small, *maps))
    return [paragraph(said, "note"), gallery(pictures)]


def _small(workspace: Workspace, run: Run, shown: list[Judged]) -> list[tuple[Judged, bytes | None]]:
    paths = [_path(workspace, run, one) for one in shown]
    found = thumbnails.of_each(workspace, paths, FILE_PX)
    # A small copy may be left of a picture that was deleted; it is not handed on.
    kept = (content if path.is_file() else None for path, content in zip(paths, found, strict=True))
    return list(zip(shown, kept, strict=True))


def _path(workspace: Workspace, run: Run, one: Judged) -> Path:
    return workspace.datasets / run.dataset_id / "images" / one.file


def _picture(
    run: Run, result: SplitEvaluation, one: Judged, small: bytes | None, *more: tuple[bytes | None, str]
) -> Html:
    shown = [(small, judged_words.alt(run, result, one)), *more]
    return picture(shown, judged_words.caption(run, result, one), one.name)


def _heat_map(
    explainer: Explainer, run: Run, result: SplitEvaluation, one: Judged, path: Path
) -> tuple[bytes | None, str]:
    label = run.classes[_decided(result, one)]
    try:
        opened = images.open_kept(path)
    except ImageError:
        return None, ""  # Deleted at this moment.
    found = explainer.heat_map(explainer.look(opened), label)
    opened.thumbnail((2 * FILE_PX, 2 * FILE_PX))
    laid = explain.overlay(opened, found.shares, _OPACITY, explainer.fit)
    # As the picture beside it: whole, on a white square.
    square = Image.new("RGB", (max(laid.size),) * 2, "white")
    square.paste(laid, ((square.width - laid.width) // 2, (square.height - laid.height) // 2))
    content = io.BytesIO()
    square.resize((FILE_PX, FILE_PX), Image.Resampling.LANCZOS).save(content, "JPEG", quality=88)
    if found.is_empty:
        return content.getvalue(), tr("What in it speaks for {label}: no part of it does", label=label)
    return content.getvalue(), tr("What in it speaks for {label}: the brightest parts most", label=label)


def _decided(result: SplitEvaluation, one: Judged) -> int:
    """The class that was said; where each has a yes or no, the one that is farthest from the truth."""
    if not result.several_labels:
        return one.predicted
    return max(
        range(len(one.probabilities)), key=lambda label: abs(one.probabilities[label] - (label in one.labels))
    )
