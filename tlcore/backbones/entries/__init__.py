"""The networks on offer, a file for each family. A new one is an entry there, then
``python -m tlcore.backbones.measure NAME``; a new family is also a line in ENTRIES.

Accuracy, file names and hashes are those of the Keras 3.15 documentation and sources.
"""

from tlcore.backbones.entries import (
    convnext,
    densenet,
    efficientnet,
    efficientnet_lite,
    efficientnet_v2,
    inception,
    mobilenet,
    nasnet,
    resnet,
    vgg,
)

# The first is the one that needs no download; then family by family.
ENTRIES = (
    *efficientnet_lite.ENTRIES,
    *mobilenet.ENTRIES,
    *efficientnet.ENTRIES,
    *efficientnet_v2.ENTRIES,
    *resnet.ENTRIES,
    *densenet.ENTRIES,
    *inception.ENTRIES,
    *vgg.ENTRIES,
    *nasnet.ENTRIES,
    *convnext.ENTRIES,
)
