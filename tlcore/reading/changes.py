"""Changes of a recipe that are worth a try: pure, and None where there is nothing to change."""

from collections.abc import Sequence

from tlcore import cuts, thawing
from tlcore.advice import LARGEST_FINE_RATE
from tlcore.backbones import LayerInfo
from tlcore.config import DropoutLayer, HeadLayer, Phase, Recipe
from tlcore.numbers import written_out
from tlcore.reading.finding import Change
from tlcore.words import number, tr, trn

STRONG_DROPOUT, WEAK_DROPOUT, MOST_DROPOUT = 0.5, 0.2, 0.7
# Of a new head, whose weights are random; beyond, steps overshoot.
LARGEST_HEAD_RATE = {"adam": 1e-2, "adamw": 1e-2, "rmsprop": 1e-2, "sgd": 1e-1, "lion": 1e-3}
_MOST_EPOCHS, _MOST_LAYERS, _MOST_PHASES = 1000, 16, 8


def more_dropout(recipe: Recipe) -> Change | None:
    layers = recipe.head.layers
    if not any(isinstance(layer, DropoutLayer) for layer in layers):
        if len(layers) >= _MOST_LAYERS:
            return None
        added = (*layers, DropoutLayer(dropout=STRONG_DROPOUT))
        title = tr("dropout of {share:g} before the output", share=STRONG_DROPOUT)
        return Change(title, _with_head(recipe, added))

    def stronger(share: float) -> float:
        return max(share, min(MOST_DROPOUT, max(STRONG_DROPOUT, round(share + 0.2, 2))))

    return _dropout(
        recipe,
        tr("more dropout"),
        [
            DropoutLayer(dropout=stronger(one.dropout)) if isinstance(one, DropoutLayer) else one
            for one in layers
        ],
    )


def less_dropout(recipe: Recipe) -> Change | None:
    """Weak where it was strong, and off where it was weak."""

    def weaker(share: float) -> float:
        return WEAK_DROPOUT if share > WEAK_DROPOUT else 0.0

    return _dropout(
        recipe,
        tr("less dropout"),
        [
            DropoutLayer(dropout=weaker(one.dropout)) if isinstance(one, DropoutLayer) else one
            for one in recipe.head.layers
        ],
    )


def _dropout(recipe: Recipe, title: str, layers: Sequence[HeadLayer]) -> Change | None:
    """``layers``: as the head has them, with other shares."""
    shares = [
        (before.dropout, after.dropout)
        for before, after in zip(recipe.head.layers, layers, strict=True)
        if isinstance(before, DropoutLayer) and isinstance(after, DropoutLayer) and before != after
    ]
    if not shares:
        return None
    kept = tuple(one for one in layers if not (isinstance(one, DropoutLayer) and one.dropout == 0))
    before, after = shares[0]
    if len(set(shares)) == 1:
        # Translators: no dropout
        left = number(after, "g") if after else tr("none")
        title = f"{title} ({number(before, 'g')} → {left})"
    return Change(title, _with_head(recipe, kept))


def lower_rate(recipe: Recipe, phase: int) -> Change:
    """A tenth, and no more than what is trained bears."""
    chosen = recipe.phases[phase]
    rate = min(_largest_rate(chosen), chosen.learning_rate / 10)
    return _rate(recipe, phase, rate, tr("a smaller learning rate"))


def higher_rate(recipe: Recipe, phase: int) -> Change | None:
    """Ten times as much, and no less than is usual: a tenth of what is borne."""
    chosen = recipe.phases[phase]
    most = _largest_rate(chosen)
    rate = min(most, max(most / 10, chosen.learning_rate * 10))
    if rate <= chosen.learning_rate:
        return None
    return _rate(recipe, phase, rate, tr("a larger learning rate"))


def _largest_rate(phase: Phase) -> float:
    """The layers of the network bear smaller steps than a new head."""
    return (LARGEST_HEAD_RATE if phase.freeze == "all" else LARGEST_FINE_RATE)[phase.optimizer]


def _rate(recipe: Recipe, phase: int, rate: float, title: str) -> Change:
    before, after = recipe.phases[phase].learning_rate, float(f"{rate:.3g}")
    said = f"{title} ({written_out(before)} → {written_out(after)})"
    return Change(said, recipe.changed(f"phases.{phase}.learning_rate", after))


def more_epochs(recipe: Recipe) -> Change | None:
    """Half as many again in the last phase, five at least."""
    last = len(recipe.phases) - 1
    before = recipe.phases[last].epochs
    after = min(_MOST_EPOCHS, before + max(5, before // 2))
    if after == before:
        return None
    title = tr("more epochs ({before} → {after})", before=before, after=after)
    return Change(title, recipe.changed(f"phases.{last}.epochs", after), after - before)


def early_stopping(recipe: Recipe) -> Change | None:
    last = len(recipe.phases) - 1
    phase = recipe.phases[last]
    if phase.patience is not None:
        return None
    patience = max(3, min(10, phase.epochs // 4))
    title = tr("early stopping after {epochs} epochs without progress", epochs=patience)
    return Change(title, recipe.changed(f"phases.{last}.patience", patience))


def fewer_trained_layers(recipe: Recipe, layers: Sequence[LayerInfo]) -> Change | None:
    """One block more stays frozen in the last phase. None without a trained one."""
    last = recipe.phases[-1]
    if not layers or (before := len(layers) - cuts.frozen_count(layers, last.freeze)) == 0:
        return None
    changed = thawing.refrozen(last, layers)
    after = len(layers) - cuts.frozen_count(layers, changed.freeze)
    title = tr(
        "fewer trained layers ({before} → {after})", before=before, after=after or tr("the head alone")
    )
    return Change(title, recipe.changed(f"phases.{len(recipe.phases) - 1}.freeze", changed.freeze))


def thaw_last_layers(recipe: Recipe, layers: Sequence[LayerInfo]) -> Change | None:
    """A phase more, which fine-tunes the last block; None of a network that starts from random weights."""
    if not layers or recipe.backbone.weights == "none" or len(recipe.phases) >= _MOST_PHASES:
        return None
    added = thawing.following(recipe.phases[-1], layers)
    count = len(layers) - cuts.frozen_count(layers, added.freeze)
    if count == len(layers) - cuts.frozen_count(layers, recipe.phases[-1].freeze):
        return None
    phases = [phase.model_dump(mode="json") for phase in (*recipe.phases, added)]
    title = trn("fine-tune the last layer after it", "fine-tune the last {n} layers after it", count)
    return Change(title, recipe.changed("phases", phases))


def balanced_classes(recipe: Recipe) -> Change | None:
    if recipe.class_weights == "balanced":
        return None
    title = tr("class weights that balance rare classes")
    return Change(title, recipe.changed("class_weights", "balanced"))


def _with_head(recipe: Recipe, layers: Sequence[HeadLayer]) -> Recipe:
    return recipe.changed("head.layers", [layer.model_dump(mode="json") for layer in layers])
