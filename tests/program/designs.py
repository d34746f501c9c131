"""Recipes of all kinds, and what tests do with the programs they stand for."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from tlcore import plans
from tlcore.config import Recipe
from tlcore.plans import Plan

CLASSES = ("bird", "fruit", "vehicle")
NETWORKS: tuple[dict[str, Any], ...] = (
    {},
    {"name": "mobilenet_v2", "weights": "none", "image_size": 64},
    {"name": "vgg16", "weights": "mine.weights.h5", "cut_at": "block4_pool"},
    {"name": "efficientnet_b0", "weights": "none"},
    {"name": "mobilenet_v2", "image_size": 160},
)
SMALL: dict[str, Any] = {"name": "vgg16", "weights": "none", "image_size": 32, "cut_at": "block3_pool"}
BINARY: dict[str, Any] = {"loss": "binary_crossentropy"}
CHANGES: dict[str, Any] = {
    "flip": "both",
    "rotation": 15,
    "zoom": 0.1,
    "shift": 0.1,
    "brightness": 0.2,
    "contrast": 0.2,
    "colour": 0.3,
    "crop": 0.3,
}
# Layers that every network here has enough of, so that the same phases go with each.
PHASES: tuple[dict[str, Any], ...] = ({"epochs": 2}, {"epochs": 3, "freeze": -6, "learning_rate": 1e-5})
RECIPES: tuple[dict[str, Any], ...] = (
    {},
    {"phases": PHASES, "batch_size": 1, "seed": 2**31 - 1},
    {"phases": (*PHASES, {"freeze": "none", "batch_normalization": "trained"})},
    {"phases": ({"freeze": 3, "batch_normalization": "trained", "optimizer": "adamw", "patience": 2},)},
    {"phases": ({"optimizer": "sgd", "momentum": 0.9, "schedule": "cosine", "clip_norm": 1.0},)},
    {"phases": ({"epochs": 5, "optimizer": "lion", "warmup_epochs": 2, "weight_decay": 0.01},)},
    {"phases": ({"epochs": 1, "optimizer": "rmsprop", "warmup_epochs": 1, "schedule": "cosine"},)},
    {"phases": ({"schedule": "plateau", "patience": 4},), "class_weights": "balanced"},
    {"head": {"pooling": "flatten", "layers": []}, "augmentation": CHANGES | {"views": "fresh"}},
    {"augmentation": {"flip": "horizontal", "views": 4}, "phases": PHASES},
    {"augmentation": {"flip": "horizontal", "views": 1}},
    {"loss": "categorical_crossentropy", "label_smoothing": 0.1, "class_weights": "balanced"},
    BINARY | {"label_smoothing": 0.1},
    {
        "head": {
            "pooling": "max",
            "layers": [
                {"dense": 8, "activation": "gelu", "l2": 0.01},
                {"batch_normalization": True},
                {"dropout": 0.5},
            ],
        }
    },
)


def plan_of(recipe: dict[str, Any], classes: int = len(CLASSES), *, several_labels: bool = False) -> Plan:
    return plans.make(Recipe.parse(recipe), classes, several_labels=several_labels)


def ruff(folder: Path, *arguments: str) -> str:
    told = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", "--line-length", "100", "."],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return told.stdout if told.returncode else ""
