"""MobileNets: small and quick."""

from tlcore.backbones.backbone import Backbone
from tlcore.backbones.weights import WeightsFile
from tlcore.words import mark

ENTRIES = (
    Backbone(
        name="mobilenet",
        title="MobileNet",
        family="MobileNet",
        function="keras.applications.MobileNet",
        preprocessing="tf",
        feature_width=1024,
        imagenet_top1=70.4,
        weights_file=WeightsFile(
            "mobilenet_1_0_224_tf_no_top.h5",
            hash=None,  # Keras' sources have none.
            source="Google (MobileNet)",
            licence="Apache-2.0",
            network="mobilenet",
            keras_url="mobilenet.BASE_WEIGHT_PATH",
        ),
        good_for=mark(
            "Teaching how a network is made small: depthwise layers in a plain row, with no branches."
        ),
    ),
    Backbone(
        name="mobilenet_v2",
        title="MobileNetV2",
        family="MobileNet",
        function="keras.applications.MobileNetV2",
        preprocessing="tf",
        feature_width=1280,
        imagenet_top1=71.3,
        weights_file=WeightsFile(
            "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
            hash=None,  # Keras' sources have none.
            source="Google (MobileNetV2)",
            licence="Apache-2.0",
            network="mobilenet_v2",
            keras_url="mobilenet_v2.BASE_WEIGHT_PATH",
        ),
        good_for=mark("Phones, browsers and slow machines: small, and every tool knows it."),
    ),
    Backbone(
        name="mobilenet_v3_small",
        title="MobileNetV3Small",
        family="MobileNet",
        function="keras.applications.MobileNetV3Small",
        preprocessing="none",
        feature_width=576,
        imagenet_top1=68.1,
        weights_file=WeightsFile(
            "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
            hash="d3e8ec802a04aa4fc771ee12a9a9b836",
            source="Google (MobileNetV3)",
            licence="Apache-2.0",
            network="mobilenet_v3_small",
            keras_url="mobilenet_v3.BASE_WEIGHT_PATH",
        ),
        good_for=mark("The smallest and fastest of all: a whole class on old laptops, or a camera trap."),
    ),
    Backbone(
        name="mobilenet_v3_large",
        title="MobileNetV3Large",
        family="MobileNet",
        function="keras.applications.MobileNetV3Large",
        preprocessing="none",
        feature_width=960,
        imagenet_top1=75.6,
        weights_file=WeightsFile(
            "weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5",
            hash="07fb09a5933dd0c8eaafa16978110389",
            source="Google (MobileNetV3)",
            licence="Apache-2.0",
            network="mobilenet_v3_large",
            keras_url="mobilenet_v3.BASE_WEIGHT_PATH",
        ),
        good_for=mark(
            "A good choice without a GPU: on ImageNet ahead of ResNet50, at a small part of its work."
        ),
    ),
)
