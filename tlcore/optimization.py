"""How a phase changes the weights: its loss, its optimizer and the course of its learning rate, in Keras."""

from typing import Any

from tlcore.config import Phase, Recipe
from tlcore.outputs import Output
from tlcore.recipe_parts import Loss, Optimizer

# What they are called in keras.optimizers and keras.losses.
OPTIMIZERS: dict[Optimizer, str] = {
    "adam": "Adam",
    "adamw": "AdamW",
    "sgd": "SGD",
    "rmsprop": "RMSprop",
    "lion": "Lion",
}
LOSSES: dict[Loss, str] = {
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
}

# Halved after two epochs without a lower validation loss, as often as it takes.
PLATEAU_FACTOR = 0.5
PLATEAU_PATIENCE = 2


# A stop is seen between executions, so one may not last long; at this modest pace it surely does not.
_EXECUTION_S = 0.3
_FLOP_PER_S = 10e9


def compile_for(
    model: Any, recipe: Recipe, phase: Phase, output: Output, steps: int, flop_per_picture: int
) -> None:
    """Compile a model for a phase with so many steps an epoch; the optimizer is new, as its moments are.

    ``flop_per_picture``: of the model's way forward. Where it is little, many steps are one execution.
    """
    # The way back costs about twice as much as the way forward.
    step_s = 3 * flop_per_picture * recipe.batch_size / _FLOP_PER_S
    model.compile(
        optimizer=optimizer(phase, steps),
        loss=loss(recipe),
        metrics=[accuracy(output)],
        steps_per_execution=max(1, min(steps, int(_EXECUTION_S / max(step_s, 1e-9)))),
        # Compiling takes longer than it saves here.
        jit_compile=False,
    )


def optimizer(phase: Phase, steps: int) -> Any:
    """``steps``: batches in an epoch."""
    import keras

    options: dict[str, Any] = {"global_clipnorm": phase.clip_norm}
    if phase.momentum:
        options["momentum"] = phase.momentum
    if phase.weight_decay is not None:
        options["weight_decay"] = phase.weight_decay
    make = getattr(keras.optimizers, OPTIMIZERS[phase.optimizer])
    return make(_rate(phase, steps), **options)


def _rate(phase: Phase, steps: int) -> Any:
    """A number, or a schedule over the steps of the phase."""
    import keras

    if phase.schedule != "cosine" and not phase.warmup_epochs:
        return phase.learning_rate
    warmup = phase.warmup_epochs * steps
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else phase.learning_rate,
        # At least one: Keras divides by it, also where the whole phase is a warm-up.
        decay_steps=max(1, phase.epochs * steps - warmup),
        # All of the rate stays at the end: only the warm-up of the schedule is used.
        alpha=0.0 if phase.schedule == "cosine" else 1.0,
        warmup_target=phase.learning_rate if warmup else None,
        warmup_steps=warmup,
    )


def plateau() -> Any:
    """The callback that halves the learning rate where the validation loss no longer falls."""
    import keras

    return keras.callbacks.ReduceLROnPlateau(
        monitor="val_loss", factor=PLATEAU_FACTOR, patience=PLATEAU_PATIENCE
    )


def early_stopping(patience: int) -> Any:
    """The callback that ends a phase without progress; it holds the weights of the best epoch."""
    import keras

    return keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience, restore_best_weights=True)


def loss(recipe: Recipe) -> Any:
    import keras

    # The sparse one takes none.
    smoothed = {"label_smoothing": recipe.label_smoothing} if recipe.label_smoothing else {}
    return getattr(keras.losses, LOSSES[recipe.loss])(**smoothed)


def accuracy(output: Output) -> Any:
    """By name always ``accuracy``. Of several labels it is the share of yes/no decisions that are right."""
    import keras

    if output.several_labels or output.units == 1:
        return keras.metrics.BinaryAccuracy(name="accuracy")
    if output.loss == "sparse_categorical_crossentropy":
        return keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    return keras.metrics.CategoricalAccuracy(name="accuracy")
