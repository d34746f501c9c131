"""Temperature scaling: one number by which a model's probabilities become as sure as they are right.

Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, ICML 2017, section 4.2. There the
logits are divided by the temperature. Here it is done from probabilities: their logarithm is the logit but
for a constant of the row, which softmax takes away; and the logit of a sigmoid is that of its probability.
The order of the classes stays, and which of them are above one half.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tlcore.words import tr

# Keras' epsilon: a probability is taken for no smaller, so that one certain mistake costs 16, not infinity.
# What is smaller tells more of rounding than of the picture, and evaluations keep no more digits.
SMALLEST = 1e-7
LOWEST, HIGHEST = 0.1, 10.0
FEWEST_PICTURES = 30

Numbers = npt.NDArray[np.float64]
Answers = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Fit:
    temperature: float
    """Above 1 the model was too sure of itself, below it not sure enough; 1 where it is not fitted."""
    not_fitted: str = ""
    """Why it is not: a sentence; empty where it is."""


def scaled(probabilities: npt.NDArray[np.floating], temperature: float, *, independent: bool) -> Numbers:
    """(n, classes), as ``probabilities``. ``independent``: each is a sigmoid; else a row sums to 1.

    A single sigmoid unit is a row of two that sum to 1.
    """
    wide = probabilities.astype(np.float64)
    if temperature == 1:
        return wide
    if independent:
        clipped = wide.clip(SMALLEST, 1 - SMALLEST)
        inverse: Numbers = 1 + (1 / clipped - 1) ** (1 / temperature)
        return 1 / inverse
    powers: Numbers = wide.clip(SMALLEST, 1) ** (1 / temperature)
    shares: Numbers = powers / powers.sum(axis=1, keepdims=True)
    return shares


def log_loss(probabilities: Numbers, truth: Answers, *, independent: bool) -> float:
    """Cross-entropy, natural logarithm; of ``independent`` answers the mean over all. Both (n, classes).

    Without scikit-learn: a server tells it too.
    """
    if independent:
        clipped = probabilities.clip(SMALLEST, 1 - SMALLEST)
        return float(-np.log(np.where(truth, clipped, 1 - clipped)).mean())
    clipped = probabilities.clip(SMALLEST, 1)
    return float(-np.log(clipped[truth] / clipped.sum(axis=1)).mean())


def fit(probabilities: Numbers, truth: Answers, *, independent: bool) -> Fit:
    """The temperature of the smallest log loss on held-out pictures, from 0.1 to 10."""
    reason = _cannot(probabilities, truth, independent)
    if reason:
        return Fit(1.0, reason)
    from scipy.optimize import minimize_scalar

    # The loss is convex in the inverse: a sum of log-sum-exp of what is linear in it.
    found = minimize_scalar(
        lambda inverse: log_loss(
            scaled(probabilities, 1 / inverse, independent=independent), truth, independent=independent
        ),
        bounds=(1 / HIGHEST, 1 / LOWEST),
        method="bounded",
        options={"xatol": 1e-4},
    )
    temperature = float(1 / found.x)
    if temperature > 0.99 * HIGHEST:
        reason = tr("Its probabilities hardly tell right from wrong, so no temperature makes them true.")
        return Fit(1.0, reason)
    if temperature < 1.01 * LOWEST:
        return Fit(1.0, tr("Next to all validation pictures were judged right, which says too little."))
    return Fit(temperature)


def _cannot(probabilities: Numbers, truth: Answers, independent: bool) -> str:
    count = len(truth)
    if count < FEWEST_PICTURES:
        return tr(
            "It takes {fewest} validation pictures to find a temperature; there are {count}.",
            fewest=FEWEST_PICTURES,
            count=count,
        )
    if independent:
        right = (probabilities >= 0.5) == truth
    else:
        right = truth[np.arange(count), probabilities.argmax(axis=1)]
    if right.all():
        return tr(
            "All {count:,} validation pictures were judged right, so they do not tell how sure is too sure.",
            count=count,
        )
    return ""
