"""DenseNets: each layer sees the outputs of all before it in its block."""

from tlcore.backbones.backbone import Backbone
from tlcore.backbones.weights import WeightsFile
from tlcore.words import mark

ENTRIES = (
    Backbone(
        name="densenet121",
        title="DenseNet121",
        family="DenseNet",
        function="keras.applications.DenseNet121",
        preprocessing="torch",
        feature_width=1024,
        imagenet_top1=75.0,
        weights_file=WeightsFile(
            "densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
            hash="30ee3e1110167f948a6b9946edeeb738",
            source="Gao Huang and others (Facebook AI Research)",
            licence="BSD-3-Clause",
            network="densenet121",
            keras_url="densenet.DENSENET121_WEIGHT_PATH_NO_TOP",
        ),
        good_for=mark(
            "Medical and microscope pictures: many studies there start from it, so results compare."
        ),
    ),
    Backbone(
        name="densenet169",
        title="DenseNet169",
        family="DenseNet",
        function="keras.applications.DenseNet169",
        preprocessing="torch",
        feature_width=1664,
        imagenet_top1=76.2,
        weights_file=WeightsFile(
            "densenet169_weights_tf_dim_ordering_tf_kernels_notop.h5",
            hash="b8c4d4c20dd625c148057b9ff1c1176b",
            source="Gao Huang and others (Facebook AI Research)",
            licence="BSD-3-Clause",
            network="densenet169",
            keras_url="densenet.DENSENET169_WEIGHT_PATH_NO_TOP",
        ),
        good_for=mark("Textures and tissues, where DenseNet121 works and more memory is at hand."),
    ),
    Backbone(
        name="densenet201",
        title="DenseNet201",
        family="DenseNet",
        function="keras.applications.DenseNet201",
        preprocessing="torch",
        feature_width=1920,
        imagenet_top1=77.3,
        weights_file=WeightsFile(
            "densenet201_weights_tf_dim_ordering_tf_kernels_notop.h5",
            hash="c13680b51ded0fb44dff2d8f86ac8bb1",
            source="Gao Huang and others (Facebook AI Research)",
            licence="BSD-3-Clause",
            network="densenet201",
            keras_url="densenet.DENSENET201_WEIGHT_PATH_NO_TOP",
        ),
        good_for=mark("The widest features of the three DenseNets, for classes that are hard to tell apart."),
    ),
)
