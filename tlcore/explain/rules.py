"""What the operations of a head do, and their gradients, for one picture, in NumPy.

A head is a few small layers: their gradient takes less than a millisecond, and no graph of it is needed.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
"""Of float32, or of choices."""
Options = Mapping[str, Any]

LAST = {"SOFTMAX", "LOGISTIC"}
"""What makes probabilities from the scores."""

_erf = np.vectorize(math.erf, otypes=[np.float64])
_ROOT_2 = math.sqrt(2.0)
_GELU = math.sqrt(2.0 / math.pi)


def _logistic(x: Array) -> Array:
    # Of large negative numbers exp would overflow.
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def _gelu(x: Array, options: Options) -> Any:
    if options.get("approximate"):
        return 0.5 * x * (1 + np.tanh(_GELU * (x + 0.044715 * x**3)))
    return 0.5 * x * (1 + _erf(x / _ROOT_2))


def _gelu_slope(x: Array, options: Options) -> Any:
    if options.get("approximate"):
        tanh = np.tanh(_GELU * (x + 0.044715 * x**3))
        return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh**2) * _GELU * (1 + 3 * 0.044715 * x**2)
    return 0.5 * (1 + _erf(x / _ROOT_2)) + x * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


# Of a number x: the value, and its slope there.
_Of = Callable[[Array, Options], Any]
_EACH: dict[str, tuple[_Of, _Of]] = {
    "RELU": (lambda x, o: np.maximum(x, 0), lambda x, o: x > 0),
    "RELU6": (lambda x, o: np.clip(x, 0, 6), lambda x, o: (x > 0) & (x < 6)),
    "LEAKY_RELU": (
        lambda x, o: np.where(x > 0, x, o["alpha"] * x),
        lambda x, o: np.where(x > 0, 1, o["alpha"]),
    ),
    "ELU": (
        lambda x, o: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        lambda x, o: np.where(x > 0, 1, np.exp(np.minimum(x, 0))),
    ),
    # As a part of SELU it is chosen for negative numbers only; of large ones it would overflow.
    "EXP": (lambda x, o: np.exp(np.minimum(x, 88)), lambda x, o: np.exp(np.minimum(x, 88))),
    "NEG": (lambda x, o: -x, lambda x, o: -1.0),
    "RSQRT": (lambda x, o: x**-0.5, lambda x, o: -0.5 * x**-1.5),
    "TANH": (lambda x, o: np.tanh(x), lambda x, o: 1 - np.tanh(x) ** 2),
    "LOGISTIC": (lambda x, o: _logistic(x), lambda x, o: _logistic(x) * (1 - _logistic(x))),
    "GELU": (_gelu, _gelu_slope),
    "HARD_SWISH": (
        lambda x, o: x * np.clip(x + 3, 0, 6) / 6,
        lambda x, o: np.where(x <= -3, 0, np.where(x >= 3, 1, (2 * x + 3) / 6)),
    ),
}  # fmt: skip
# Of two arrays: the value, and its slope in each.
_Two = Callable[[Array, Array], Any]
_PAIRS: dict[str, tuple[_Two, _Two, _Two]] = {
    "ADD": (lambda a, b: a + b, lambda a, b: 1.0, lambda a, b: 1.0),
    "SUB": (lambda a, b: a - b, lambda a, b: 1.0, lambda a, b: -1.0),
    "MUL": (lambda a, b: a * b, lambda a, b: b, lambda a, b: a),
    "DIV": (lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / b**2),
    "SQUARED_DIFFERENCE": (
        lambda a, b: (a - b) ** 2,
        lambda a, b: 2 * (a - b),
        lambda a, b: 2 * (b - a),
    ),
    "GREATER": (lambda a, b: a > b, lambda a, b: 0.0, lambda a, b: 0.0),
}
_RESHAPES = {"RESHAPE", "SQUEEZE", "EXPAND_DIMS"}
_REDUCES = {"MEAN": np.mean, "SUM": np.sum, "REDUCE_MAX": np.max}

_SELECTS = {"SELECT", "SELECT_V2"}

KNOWN = {*_EACH, *_PAIRS, *_RESHAPES, *_REDUCES, *_SELECTS, "FULLY_CONNECTED"}


def value(kind: str, options: Options, shape: Sequence[int], inputs: Sequence[Array]) -> Array:
    """What an operation gives; ``shape``: of that."""
    first = inputs[0]
    if kind in _EACH:
        return _EACH[kind][0](first, options)  # type: ignore[no-any-return]
    if kind in _PAIRS:
        return _PAIRS[kind][0](first, inputs[1])  # type: ignore[no-any-return]
    if kind in _RESHAPES:
        return first.reshape(shape)
    if kind in _REDUCES:
        return _REDUCES[kind](first, axis=_axes(inputs)).reshape(shape)  # type: ignore[no-any-return, operator]
    if kind in _SELECTS:
        return np.where(first, inputs[1], inputs[2])
    if kind == "SOFTMAX":
        powers = np.exp(first - first.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]
    weights = inputs[1]
    found = first.reshape(-1, weights.shape[1]) @ weights.T
    return (found + inputs[2] if len(inputs) > 2 else found).reshape(shape)


def gradients(kind: str, options: Options, inputs: Sequence[Array], gradient: Array) -> Sequence[Array]:
    """Of a score in each input that may be computed, from its gradient in what the operation gives."""
    first = inputs[0]
    if kind in _EACH:
        return [gradient * _EACH[kind][1](first, options)]
    if kind in _PAIRS:
        slopes = _PAIRS[kind][1:]
        return [
            _summed(gradient * slope(first, inputs[1]), one.shape)
            for slope, one in zip(slopes, inputs, strict=True)
        ]
    if kind in _RESHAPES:
        return [gradient.reshape(first.shape)]
    if kind in _REDUCES:
        return [_spread(kind, first, _axes(inputs), gradient)]
    if kind in _SELECTS:
        parts = (0 * gradient, np.where(first, gradient, 0), np.where(first, 0, gradient))
        return [_summed(part, one.shape) for part, one in zip(parts, inputs, strict=True)]
    weights = inputs[1]
    return [(gradient.reshape(-1, weights.shape[0]) @ weights).reshape(first.shape)]


def _axes(inputs: Sequence[Array]) -> tuple[int, ...]:
    return tuple(int(axis) for axis in np.ravel(inputs[1]))


def _spread(kind: str, values: Array, axes: tuple[int, ...], gradient: Array) -> Array:
    """To what was reduced; of several largest each gets its share, as in TensorFlow."""
    kept = np.max(values, axis=axes, keepdims=True)
    gradient = gradient.reshape(kept.shape)
    if kind == "SUM":
        return np.broadcast_to(gradient, values.shape)
    if kind == "MEAN":
        return np.broadcast_to(gradient * (kept.size / values.size), values.shape)
    largest = values == kept
    return gradient * largest / largest.sum(axis=axes, keepdims=True)  # type: ignore[no-any-return]


def _summed(gradient: Array, shape: Sequence[int]) -> Array:
    """Of an input that was repeated to fit the other."""
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    repeated = tuple(axis for axis, side in enumerate(shape) if side == 1 and gradient.shape[axis] > 1)
    return gradient.sum(axis=repeated, keepdims=True)  # type: ignore[no-any-return]
