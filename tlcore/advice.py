"""Choices that are known to hurt, each told with its reason and the way out."""

from collections.abc import Iterator

from tlcore.config import Phase
from tlcore.plans import PhasePlan, Plan

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
        where = f"Phase {number}" if len(plan.phases) > 1 else "The training"
        found += _of_a_phase(plan, phase, counted, where)
    return found + list(_of_a_cold_start(plan))


def _of_the_whole(plan: Plan, pictures: int | None) -> Iterator[str]:
    head = plan.recipe.head
    if len(plan.output_shape) > 1 and head.pooling == "flatten" and plan.head_params > HUGE_HEAD_PARAMS:
        yield (
            f"Flatten hands {plan.head[0].output_shape[0]:,} numbers to the head and makes it "
            f"{plan.head_params / 1e6:.1f} million parameters, which learn the pictures by heart. "
            f"Average pooling hands it {plan.output_shape[-1]:,}."
        )
    if plan.recipe.backbone.weights != "none":
        return
    if any(layer.trainable_params for phase in plan.phases for layer in plan.layers[: phase.frozen_layers]):
        yield (
            "The network starts from random weights and some of them stay frozen: they never learn anything. "
            "Freeze nothing, or take pretrained weights."
        )
    if pictures is not None and pictures < FEW_FROM_SCRATCH:
        yield (
            f"From scratch a network needs thousands of pictures; there are {pictures:,} to train on. "
            "That shows what transfer is worth, and little else."
        )


def _of_a_phase(plan: Plan, phase: Phase, counted: PhasePlan, where: str) -> Iterator[str]:
    trained = plan.layers[counted.frozen_layers :]
    if not any(layer.trainable_params for layer in trained):
        return
    most = LARGEST_FINE_RATE[phase.optimizer]
    if phase.learning_rate > most and plan.recipe.backbone.weights != "none":
        yield (
            f"{where} trains {counted.trained_layers} layers of the network at a learning rate of "
            f"{phase.learning_rate:g}: steps that large overwrite what it has learned. "
            f"Use {most:g} or less for {phase.optimizer}."
        )
    follows = phase.batch_normalization == "trained"
    normalizes = any(layer.type == "BatchNormalization" for layer in trained)
    if follows and normalizes and plan.recipe.batch_size < SMALLEST_NORMALIZED_BATCH:
        yield (
            f"{where} lets BatchNormalization follow batches of {plan.recipe.batch_size} pictures, whose "
            f"mean and variance are mostly chance. Use batches of {SMALLEST_NORMALIZED_BATCH} or more, or "
            "keep the statistics."
        )


def _of_a_cold_start(plan: Plan) -> Iterator[str]:
    first = plan.phases[0]
    trained = any(layer.trainable_params for layer in plan.layers[first.frozen_layers :])
    if trained and plan.recipe.backbone.weights != "none":
        yield (
            "Layers of the network are trained while the head is still random; its first, wrong answers "
            "spoil them. Train the head alone first, then add a phase that fine-tunes."
        )
