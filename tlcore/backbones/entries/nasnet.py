"""NASNets: designed by a search program; their layers cross so often that only whole stacks can be cut."""

from tlcore.backbones.backbone import Backbone
from tlcore.backbones.weights import WeightsFile
from tlcore.words import mark

ENTRIES = (
    Backbone(
        name="nasnet_mobile",
        title="NASNetMobile",
        family="NASNet",
        function="keras.applications.NASNetMobile",
        preprocessing="tf",
        feature_width=1056,
        imagenet_top1=74.4,
        weights_file=WeightsFile(
            "nasnet_mobile_no_top.h5",
            hash="1ed92395b5b598bdda52abe5c0dbfd63",
            source="Google (NASNet)",
            licence="Apache-2.0",
            network="nasnet_mobile",
            keras_url="nasnet.NASNET_MOBILE_WEIGHT_PATH_NO_TOP",
        ),
        good_for=mark("Showing a small network that a program designed; training the head only."),
    ),
    Backbone(
        name="nasnet_large",
        title="NASNetLarge",
        family="NASNet",
        function="keras.applications.NASNetLarge",
        preprocessing="tf",
        feature_width=4032,
        imagenet_top1=82.5,
        weights_file=WeightsFile(
            "nasnet_large_no_top.h5",
            hash="d81d89dc07e6e56530c4e77faddd61b5",
            source="Google (NASNet)",
            licence="Apache-2.0",
            network="nasnet_large",
            keras_url="nasnet.NASNET_LARGE_WEIGHT_PATH_NO_TOP",
        ),
        good_for=mark(
            "Very wide features from large pictures for a head of its own; slow, and best kept frozen."
        ),
        image_size_px=331,
    ),
)
