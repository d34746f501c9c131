"""VGG: plain stacks of layers."""

from tlcore.backbones.backbone import Backbone
from tlcore.backbones.weights import WeightsFile
from tlcore.words import mark

ENTRIES = (
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
            source="Visual Geometry Group, University of Oxford",
            licence="CC BY 4.0",
            network="vgg16",
            keras_url="vgg16.WEIGHTS_PATH_NO_TOP",
        ),
        good_for=mark("Teaching: a plain stack of layers, easy to explain, slow to run."),
    ),
    Backbone(
        name="vgg19",
        title="VGG19",
        family="VGG",
        function="keras.applications.VGG19",
        preprocessing="caffe",
        feature_width=512,
        imagenet_top1=71.3,
        weights_file=WeightsFile(
            "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
            hash="253f8cb515780f3b799900260a226db6",
            source="Visual Geometry Group, University of Oxford",
            licence="CC BY 4.0",
            network="vgg19",
            keras_url="vgg19.WEIGHTS_PATH_NO_TOP",
        ),
        good_for=mark("Showing that three layers more than VGG16 bring work and no accuracy."),
    ),
)
