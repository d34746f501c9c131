"""ConvNeXt: convolutions after the example of transformers. Base and above saw ImageNet-21k first."""

from tlcore.backbones.backbone import Backbone
from tlcore.backbones.weights import WeightsFile
from tlcore.words import mark

ENTRIES = (
    Backbone(
        name="convnext_tiny",
        title="ConvNeXtTiny",
        family="ConvNeXt",
        function="keras.applications.ConvNeXtTiny",
        preprocessing="none",
        feature_width=768,
        imagenet_top1=81.3,
        weights_file=WeightsFile(
            "convnext_tiny_notop.h5",
            hash="d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
            source="Facebook AI Research (ConvNeXt), converted by Sayak Paul",
            licence="MIT",
            network="convnext_tiny",
            keras_url="convnext.BASE_WEIGHTS_PATH",
        ),
        good_for=mark("Modern features at about the work of ResNet50 and much more accurate."),
    ),
    Backbone(
        name="convnext_small",
        title="ConvNeXtSmall",
        family="ConvNeXt",
        function="keras.applications.ConvNeXtSmall",
        preprocessing="none",
        feature_width=768,
        imagenet_top1=82.3,
        weights_file=WeightsFile(
            "convnext_small_notop.h5",
            hash="6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
            source="Facebook AI Research (ConvNeXt), converted by Sayak Paul",
            licence="MIT",
            network="convnext_small",
            keras_url="convnext.BASE_WEIGHTS_PATH",
        ),
        good_for=mark("When ConvNeXtTiny is close: twice the work for about one per cent on ImageNet."),
    ),
    Backbone(
        name="convnext_base",
        title="ConvNeXtBase",
        family="ConvNeXt",
        function="keras.applications.ConvNeXtBase",
        preprocessing="none",
        feature_width=1024,
        imagenet_top1=85.3,
        weights_file=WeightsFile(
            "convnext_base_notop.h5",
            hash="40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
            source="Facebook AI Research (ConvNeXt), converted by Sayak Paul",
            licence="MIT",
            network="convnext_base",
            keras_url="convnext.BASE_WEIGHTS_PATH",
        ),
        good_for=mark("Unusual subjects: it has seen 14 million pictures of 21,000 things. Wants a GPU."),
    ),
    Backbone(
        name="convnext_large",
        title="ConvNeXtLarge",
        family="ConvNeXt",
        function="keras.applications.ConvNeXtLarge",
        preprocessing="none",
        feature_width=1536,
        imagenet_top1=86.3,
        weights_file=WeightsFile(
            "convnext_large_notop.h5",
            hash="96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
            source="Facebook AI Research (ConvNeXt), converted by Sayak Paul",
            licence="MIT",
            network="convnext_large",
            keras_url="convnext.BASE_WEIGHTS_PATH",
        ),
        good_for=mark("Very high accuracy from pictures of 224 px, with a strong GPU and 0.8 GB of weights."),
    ),
    Backbone(
        name="convnext_xlarge",
        title="ConvNeXtXLarge",
        family="ConvNeXt",
        function="keras.applications.ConvNeXtXLarge",
        preprocessing="none",
        feature_width=2048,
        imagenet_top1=86.7,
        weights_file=WeightsFile(
            "convnext_xlarge_notop.h5",
            hash="de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
            source="Facebook AI Research (ConvNeXt), converted by Sayak Paul",
            licence="MIT",
            network="convnext_xlarge",
            keras_url="convnext.BASE_WEIGHTS_PATH",
        ),
        good_for=mark(
            "The most accurate network here, and the heaviest: 1.4 GB of weights; best kept frozen."
        ),
    ),
)
