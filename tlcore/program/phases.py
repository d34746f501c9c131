"""The parts that train the model, one for each phase, and what becomes of it."""

from collections.abc import Iterator

from tlcore.config import Phase, Recipe
from tlcore.optimization import LOSSES, OPTIMIZERS, PLATEAU_FACTOR, PLATEAU_PATIENCE
from tlcore.plans import PhasePlan, Plan
from tlcore.program.layout import Code, call, listed, literal, statement
from tlcore.program.modes import Modes
from tlcore.program.section import Section


def sections(plan: Plan, modes: Modes) -> Iterator[Section]:
    count = len(plan.phases)
    for number, (phase, planned) in enumerate(zip(plan.recipe.phases, plan.phases, strict=True)):
        title = f"Phase {number + 1} of {count}" if count > 1 else "Training"
        text, lines = _frozen(plan, planned)
        if not modes.same_in_all and (number == 0 or modes.held[number] != modes.held[number - 1]):
            lines.append(f"model = classifier({'InferenceMode(base)' if modes.held[number] else 'base'})")
        lines += [_schedule(phase), _compiled(plan, phase), _fitted(plan.recipe, phase, plan)]
        yield Section(title, text, "\n".join(filter(None, lines)), _imports(phase))
    yield _result(modes)


def _frozen(plan: Plan, planned: PhasePlan) -> tuple[str, list[str]]:
    """What is trained, in words and in statements."""
    if not planned.trained_layers:
        return "All layers of the network are frozen: only the head learns.", ["base.trainable = False"]
    # Set for all of them first: an earlier phase may have frozen more.
    lines = ["base.trainable = True"]
    if not planned.frozen_layers:
        return "Nothing is frozen.", lines
    lines += [f"for layer in base.layers[:{planned.frozen_layers}]:", "    layer.trainable = False"]
    # By number: the name of a layer may be a user's text, and this becomes Markdown.
    return (
        f"The first {planned.frozen_layers} layers of the network are frozen, the last "
        f"{planned.trained_layers} are trained."
    ), lines


def _scheduled(phase: Phase) -> bool:
    return phase.schedule == "cosine" or bool(phase.warmup_epochs)


def _imports(phase: Phase) -> tuple[str, ...]:
    return ("import math",) if _scheduled(phase) else ()


def _schedule(phase: Phase) -> str:
    if not _scheduled(phase):
        return ""
    decaying = phase.epochs - phase.warmup_epochs
    full, warms_up = repr(phase.learning_rate), bool(phase.warmup_epochs)
    rate = call(
        "keras.optimizers.schedules.CosineDecay",
        "0.0" if warms_up else full,
        decay_steps=f"{decaying} * steps" if decaying else "1",
        # The rate stays where it is after the warm-up.
        alpha="1.0" if phase.schedule == "constant" else None,
        warmup_target=full if warms_up else None,
        warmup_steps=f"{phase.warmup_epochs} * steps" if warms_up else None,
    )
    return "\n".join(["steps = math.ceil(len(train_images) / BATCH_SIZE)", statement("rate = ", rate)])


def _compiled(plan: Plan, phase: Phase) -> str:
    optimizer = call(
        f"keras.optimizers.{OPTIMIZERS[phase.optimizer]}",
        learning_rate="rate" if _scheduled(phase) else repr(phase.learning_rate),
        momentum=repr(phase.momentum) if phase.momentum else None,
        weight_decay=repr(phase.weight_decay) if phase.weight_decay is not None else None,
        global_clipnorm=repr(phase.clip_norm) if phase.clip_norm else None,
    )
    # Of several labels "accuracy" would be whether the likeliest one is right.
    several = plan.output.several_labels
    metric = 'keras.metrics.BinaryAccuracy(name="accuracy")' if several else '"accuracy"'
    options = {"optimizer": optimizer, "loss": _loss(plan.recipe), "metrics": listed([metric])}
    return statement("", call("model.compile", **options))


def _loss(recipe: Recipe) -> Code:
    if not recipe.label_smoothing:
        return literal(recipe.loss)
    return call(f"keras.losses.{LOSSES[recipe.loss]}", label_smoothing=repr(recipe.label_smoothing))


def _fitted(recipe: Recipe, phase: Phase, plan: Plan) -> str:
    callbacks = list(_callbacks(phase))
    balanced, several = recipe.class_weights == "balanced", plan.output.several_labels
    fit = call(
        "model.fit",
        "train_images",
        "train_labels",
        validation_data="(val_images, val_labels)",
        batch_size="BATCH_SIZE",
        epochs=str(phase.epochs),
        class_weight="class_weight" if balanced and not several else None,
        sample_weight="sample_weight" if balanced and several else None,
        callbacks=listed(callbacks) if callbacks else None,
    )
    return statement("", fit)


def _callbacks(phase: Phase) -> Iterator[Code]:
    if phase.schedule == "plateau":
        yield call(
            "keras.callbacks.ReduceLROnPlateau", factor=repr(PLATEAU_FACTOR), patience=str(PLATEAU_PATIENCE)
        )
    if phase.patience:
        yield call("keras.callbacks.EarlyStopping", patience=str(phase.patience), restore_best_weights="True")


def _result(modes: Modes) -> Section:
    text, saved = "", 'model.save("model.keras")'
    if modes.wraps:
        text = "It is saved without the layer around the network, so that it opens anywhere."
        saved = 'classifier(base).save("model.keras")'
    lines = [
        "loss, accuracy = model.evaluate(val_images, val_labels, verbose=0)",
        'print(f"Validation accuracy: {accuracy:.1%}")',
        saved,
    ]
    return Section("The result", text, "\n".join(lines))
