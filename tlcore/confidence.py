"""How sure a run has to be: a temperature and a threshold, chosen by a person: ``confidence.json`` of a run.

    study(run) ── use(run, threshold) ──> runs/<id>/confidence.json ──> chosen(run): predictions, exports

Nothing is chosen by itself, and what a run was judged by is not rewritten. A choice is of a certain
evaluation: once the run is trained on, it counts no more.
"""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import calibration, coverage, evaluation, temperature
from tlcore.coverage import Coverage
from tlcore.datasets import Split
from tlcore.errors import NotFound, RunError, WorkspaceError
from tlcore.evaluation import SplitEvaluation
from tlcore.runs import Run
from tlcore.temperature import Fit, Numbers
from tlcore.words import language, tr
from tlcore.workspace import Stamp, read_json, stamp, write_json

FILE = "confidence.json"


@dataclass(frozen=True)
class Choice:
    temperature: float = 1.0
    threshold: float = 0.0
    """It says "I don't know" where it is less sure; 0: it always answers."""

    def applied(self, run: Run, probabilities: npt.NDArray[np.floating]) -> Numbers:
        """(n, classes), from what the run's model says."""
        return temperature.scaled(probabilities, self.temperature, independent=run.output.independent)

    def unsure(self, run: Run, probabilities: Numbers) -> npt.NDArray[np.bool_]:
        """(n,), of probabilities to which it was applied."""
        return coverage.sureness(probabilities, several_labels=run.several_labels) < self.threshold


NONE = Choice()


@dataclass(frozen=True)
class Effect:
    """What the temperature does on the pictures of one side of the split."""

    pictures: int
    loss_before: float
    loss_after: float
    error_before: float
    """Expected calibration error."""
    error_after: float


@dataclass(frozen=True)
class Study:
    fit: Fit
    """On the validation pictures."""
    effects: Mapping[Split, Effect]
    """Empty where no temperature was fitted."""
    coverages: Mapping[Split, Coverage]
    """With the temperature applied."""


def study(run: Run) -> Study:
    """What there is to choose from. Raises RunError without validation pictures, NotFound, WorkspaceError."""
    # Read first: an evaluation that is damaged says so.
    evaluation.load(run)
    return _study(run, stamp(run.evaluation_file), language())


# Asked at every move of a slider.
@functools.lru_cache(maxsize=8)
def _study(run: Run, _stamp: Stamp | None, _language: str) -> Study:
    splits = evaluation.load(run).splits
    if Split.VAL not in splits:
        raise RunError(
            tr(
                "{name} was judged by no validation pictures, so nothing can be chosen by them.",
                name=run.name,
            )
        )
    arrays = {split: evaluation.arrays(result.pictures) for split, result in splits.items()}
    truth, probabilities = arrays[Split.VAL]
    fit = temperature.fit(probabilities, truth, independent=run.output.independent)
    effects, coverages = {}, {}
    for split, result in splits.items():
        truth, before = arrays[split]
        after = Choice(fit.temperature).applied(run, before)
        if not fit.not_fitted:
            effects[split] = _effect(result, truth, before, after, independent=run.output.independent)
        sure = coverage.sureness(after, several_labels=result.several_labels)
        coverages[split] = Coverage(sure, _right(result))
    return Study(fit, effects, coverages)


def _effect(
    result: SplitEvaluation,
    truth: npt.NDArray[np.bool_],
    before: Numbers,
    after: Numbers,
    *,
    independent: bool,
) -> Effect:
    return Effect(
        len(truth),
        temperature.log_loss(before, truth, independent=independent),
        temperature.log_loss(after, truth, independent=independent),
        _calibration_error(result, truth, before),
        _calibration_error(result, truth, after),
    )


def _right(result: SplitEvaluation) -> npt.NDArray[np.bool_]:
    return np.array([result.is_right(picture) for picture in result.pictures], np.bool_)


def _calibration_error(
    result: SplitEvaluation, truth: npt.NDArray[np.bool_], probabilities: Numbers
) -> float:
    """As the evaluation counts it."""
    if result.several_labels:
        return calibration.of(probabilities.ravel(), truth.ravel()).error
    return calibration.of(probabilities.max(axis=1), _right(result)).error


def use(run: Run, threshold: float) -> Choice:
    """Choose: the fitted temperature, and from which probability on it answers.

    ``NONE`` where that would change nothing. Raises RunError for a threshold outside 0–0.99, and as
    ``study``; NotSaved.
    """
    if not 0 <= threshold <= coverage.THRESHOLDS[-1]:
        raise RunError(
            tr(
                "A threshold is a share from 0 to {most}, such as 0.8; {threshold:g} is none.",
                most=coverage.THRESHOLDS[-1],
                threshold=threshold,
            )
        )
    choice = Choice(study(run).fit.temperature, threshold)
    if choice == NONE:
        drop(run)
        return NONE
    keep(run, choice)
    return choice


def keep(run: Run, choice: Choice) -> None:
    """Have a choice count, for the evaluation that the run has now. Raises NotFound, NotSaved."""
    try:
        write_json(run.folder / FILE, asdict(choice) | {"evaluation": _fingerprint(run)}, make_folder=False)
    except FileNotFoundError as error:
        raise NotFound(tr("{name} was deleted. Bring it back first.", name=run.name)) from error


def drop(run: Run) -> None:
    """Choose nothing: it always answers, with the probabilities of its model. Raises RunError."""
    try:
        (run.folder / FILE).unlink(missing_ok=True)
    except OSError as error:
        raise RunError(
            tr("The choice could not be taken back ({strerror}). Try again.", strerror=error.strerror)
        ) from error


def chosen(run: Run) -> Choice:
    """What counts; ``NONE`` where nothing was chosen, or the run was trained on since.

    Costs next to nothing, to be asked at every picture. Raises WorkspaceError for a damaged file.
    """
    found = _kept(run)
    return NONE if found is None or found[1] != _fingerprint(run) else found[0]


def is_outdated(run: Run) -> bool:
    """Whether something was chosen that counts no more. Raises WorkspaceError for a damaged file."""
    found = _kept(run)
    return found is not None and found[1] != _fingerprint(run)


def _kept(run: Run) -> tuple[Choice, str] | None:
    """What was chosen, and by which evaluation."""
    file = run.folder / FILE
    found = stamp(file)
    try:
        return None if found is None else _read(file, found)
    except NotFound:
        return None  # Taken back at this moment.
    except (WorkspaceError, KeyError, TypeError, ValueError) as error:
        raise WorkspaceError(
            tr(
                "How sure {name} has to be was chosen, but {file} is damaged. Choose again, or take it back.",
                name=run.name,
                file=FILE,
            )
        ) from error


@functools.lru_cache(maxsize=64)
def _read(file: Path, _stamp: Stamp) -> tuple[Choice, str]:
    record: dict[str, Any] = read_json(file)
    choice = Choice(float(record["temperature"]), float(record["threshold"]))
    if not (temperature.LOWEST <= choice.temperature <= temperature.HIGHEST and 0 <= choice.threshold < 1):
        raise ValueError("out of range")
    return choice, str(record["evaluation"])


def _fingerprint(run: Run) -> str:
    """Of the evaluation, by its content: a run that was moved or had back from the trash is the same."""
    return _hash(run.evaluation_file, stamp(run.evaluation_file))


@functools.lru_cache(maxsize=64)
def _hash(file: Path, found: Stamp | None) -> str:
    return "" if found is None else hashlib.sha256(file.read_bytes()).hexdigest()
