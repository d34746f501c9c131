"""Choices that are known to hurt, each told with its reason and the way out."""

from collections.abc import Iterator

from tlcore.config import Phase
from tlcore.plans import PhasePlan, Plan
from tlcore.words import tr

# Larger steps overwrite pretrained weights. Keras' guide fine-tunes with Adam at 1e-5; SGD has no adaptive
# scale and bears more; Lion steps by sign and wants three to ten times less than AdamW (arXiv:2302.06675).
LARGEST_FINE_RATE = {"adam": 1e-4, "adamw": 1e-4, "rmsprop": 1e-4, "sgd": 1e-2, "lion": 3e-5}
SMALLEST_NORMALIZED_BATCH = 16
HUGE_HEAD_PARAMS = 5_000_000
FEW_FROM_SCRATCH = 2_000


def warnings(plan: Plan, pictures: int | None = None) -> list[str]:
    """Sentences for a page; ``pictures`` is how many there are to train on, where that is known."""
    found = list(_of_the_whole(plan, pictures))
    for number, (phase, counted) in enumerate(zip(plan.recipe.phases, plan.phases, strict=True), start=1):
        where = tr("Phase {number}", number=number) if len(plan.phases) > 1 else tr("The training")
        found += _of_a_phase(plan, phase, counted, where)
    return found + list(_of_a_cold_start(plan))


def _of_the_whole(plan: Plan, pictures: int | None) -> Iterator[str]:
    head = plan.recipe.head
    if len(plan.output_shape) > 1 and head.pooling == "flatten" and plan.head_params > HUGE_HEAD_PARAMS:
        yield tr(
            "Flatten hands {numbers:,} numbers to the head and makes it {millions:.1f} million parameters, "
            "which learn the pictures by heart. Average pooling hands it {fewer:,}.",
            numbers=plan.head[0].output_shape[0],
            millions=plan.head_params / 1e6,
            fewer=plan.output_shape[-1],
        )
    if plan.recipe.backbone.weights != "none":
        return
    if any(layer.trainable_params for phase in plan.phases for layer in plan.layers[: phase.frozen_layers]):
        yield tr(
            "The network starts from random weights and some of them stay frozen: they never learn anything. "
            "Freeze nothing, or take pretrained weights."
        )
    if pictures is not None and pictures < FEW_FROM_SCRATCH:
        yield tr(
            "From scratch a network needs thousands of pictures; there are {pictures:,} to train on. "
            "That shows what transfer is worth, and little else.",
            pictures=pictures,
        )


def _of_a_phase(plan: Plan, phase: Phase, counted: PhasePlan, where: str) -> Iterator[str]:
    trained = plan.layers[counted.frozen_layers :]
    if not any(layer.trainable_params for layer in trained):
        return
    most = LARGEST_FINE_RATE[phase.optimizer]
    if phase.learning_rate > most and plan.recipe.backbone.weights != "none":
        yield tr(
            "{where} trains {layers} layers of the network at a learning rate of {rate:g}: steps that large "
            "overwrite what it has learned. Use {most:g} or less for {optimizer}.",
            where=where,
            layers=counted.trained_layers,
            rate=phase.learning_rate,
            most=most,
            optimizer=phase.optimizer,
        )
    follows = phase.batch_normalization == "trained"
    normalizes = any(layer.type == "BatchNormalization" for layer in trained)
    if follows and normalizes and plan.recipe.batch_size < SMALLEST_NORMALIZED_BATCH:
        yield tr(
            "{where} lets BatchNormalization follow batches of {size} pictures, whose mean and variance are "
            "mostly chance. Use batches of {least} or more, or keep the statistics.",
            where=where,
            size=plan.recipe.batch_size,
            least=SMALLEST_NORMALIZED_BATCH,
        )


def _of_a_cold_start(plan: Plan) -> Iterator[str]:
    first = plan.phases[0]
    trained = any(layer.trainable_params for layer in plan.layers[first.frozen_layers :])
    if trained and plan.recipe.backbone.weights != "none":
        yield tr(
            "Layers of the network are trained while the head is still random; its first, wrong answers "
            "spoil them. Train the head alone first, then add a phase that fine-tunes."
        )
