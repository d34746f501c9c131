"""Inception and Xception: pictures looked at on several scales at once, or channel by channel."""

from tlcore.backbones.backbone import Backbone
from tlcore.backbones.weights import WeightsFile
from tlcore.words import mark

ENTRIES = (
    Backbone(
        name="inception_v3",
        title="InceptionV3",
        family="Inception",
        function="keras.applications.InceptionV3",
        preprocessing="tf",
        feature_width=2048,
        imagenet_top1=77.9,
        weights_file=WeightsFile(
            "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
            hash="bcbd6486424b2319ff4ef7d526e38f63",
            source="Google (InceptionV3)",
            licence="Apache-2.0",
            network="inception_v3",
            keras_url="inception_v3.WEIGHTS_PATH_NO_TOP",
        ),
        good_for=mark("Fine detail: it looks at larger pictures, at several scales at once."),
        image_size_px=299,
        min_image_size_px=75,
    ),
    Backbone(
        name="inception_resnet_v2",
        title="InceptionResNetV2",
        family="Inception",
        function="keras.applications.InceptionResNetV2",
        preprocessing="tf",
        feature_width=1536,
        imagenet_top1=80.3,
        weights_file=WeightsFile(
            "inception_resnet_v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
            hash="d19885ff4a710c122648d3b5c3b684e4",
            source="Google (InceptionResNetV2)",
            licence="Apache-2.0",
            network="inception_resnet_v2",
            keras_url="inception_resnet_v2.BASE_WEIGHT_URL",
        ),
        good_for=mark("Objects of very different sizes in one picture; needs a GPU or time."),
        image_size_px=299,
        min_image_size_px=75,
    ),
    Backbone(
        name="xception",
        title="Xception",
        family="Inception",
        function="keras.applications.Xception",
        preprocessing="tf",
        feature_width=2048,
        imagenet_top1=79.0,
        weights_file=WeightsFile(
            "xception_weights_tf_dim_ordering_tf_kernels_notop.h5",
            hash="b0042744bf5b25fce3cb969f33bebb97",
            source="François Chollet (Keras)",
            licence="MIT",
            network="xception",
            keras_url="xception.WEIGHTS_PATH_NO_TOP",
        ),
        good_for=mark("Larger pictures with one design from start to end: easier to read than InceptionV3."),
        image_size_px=299,
        min_image_size_px=71,
    ),
)
