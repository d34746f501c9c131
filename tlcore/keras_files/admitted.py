"""The lists: what the configuration of a model may name. What is not here is not built.

Stock layers for images, the operations that Keras' own networks and our exported models hold, and the small
objects inside of layers. Nothing here runs code from a file.
"""


def _words(text: str) -> list[str]:
    return text.split()


_LAYERS = _words("""
InputLayer Dense Activation ReLU LeakyReLU PReLU ELU Softmax
Conv1D Conv2D Conv2DTranspose SeparableConv2D DepthwiseConv2D
MaxPooling2D AveragePooling2D GlobalAveragePooling2D GlobalMaxPooling2D
BatchNormalization LayerNormalization GroupNormalization UnitNormalization Normalization Rescaling
Dropout SpatialDropout2D AlphaDropout GaussianDropout GaussianNoise ActivityRegularization Identity
Flatten Reshape Permute Add Concatenate Multiply Average Subtract Maximum Minimum
ZeroPadding2D Cropping2D UpSampling2D Resizing CenterCrop
RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness RandomCrop RandomShear
RandomHue RandomSaturation RandomSharpness RandomGrayscale RandomErasing RandomColorJitter
RandomColorDegeneration RandomInvert RandomPosterization RandomGaussianBlur RandomPerspective
""")

_INITIALIZERS = _words("""
Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling GlorotNormal GlorotUniform
HeNormal HeUniform LecunNormal LecunUniform Orthogonal OrthogonalInitializer Identity IdentityInitializer
""")

MODELS = frozenset(
    [
        ("keras", "Sequential"),
        ("keras", "Functional"),
        ("keras.models", "Sequential"),
        ("keras.models", "Functional"),
        ("keras", "Model"),
        ("keras.models", "Model"),
        ("keras.src.models.functional", "Functional"),
        ("keras.src.models.sequential", "Sequential"),
    ]
)

# Keras' own networks write these.
_OF_APPLICATIONS = [
    ("keras.src.applications.convnext", "LayerScale"),
    ("keras.src.applications.convnext", "StochasticDepth"),
    ("keras.src.applications.inception_resnet_v2", "CustomScaleLayer"),
]
_OPERATIONS = [
    *[("keras.src.ops.numpy", name) for name in ("Add", "Subtract", "Multiply", "Divide", "TrueDivide")],
    ("keras.src.ops.numpy", "Flip"),
    ("keras.src.ops.image", "RGBToGrayscale"),
    *[("keras.src.ops.nn", name) for name in ("Relu", "Relu6", "Sigmoid", "HardSigmoid", "Silu", "HardSilu")],
]

LAYERS = frozenset([*[("keras.layers", name) for name in _LAYERS], *_OF_APPLICATIONS, *_OPERATIONS])

PARTS = frozenset(
    [
        *[("keras.initializers", name) for name in _INITIALIZERS],
        *[("keras.regularizers", name) for name in ("L1", "L2", "L1L2", "OrthogonalRegularizer")],
        *[("keras.constraints", name) for name in ("MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm")],
        ("keras", "DTypePolicy"),
        ("keras.dtype_policies", "DTypePolicy"),
    ]
)

ACTIVATIONS = frozenset(
    _words("""
    linear relu relu6 leaky_relu elu selu celu gelu glu silu swish hard_silu hard_swish sigmoid hard_sigmoid
    log_sigmoid softmax log_softmax softplus softsign tanh hard_tanh exponential mish squareplus
    soft_shrink hard_shrink tanh_shrink threshold sparse_plus
    """)
)

DTYPES = frozenset(
    _words("""
    float64 float32 float16 bfloat16 mixed_float16 mixed_bfloat16 uint8 uint16 uint32
    int8 int16 int32 int64 bool
    """)
)

# In configurations as strings: an object by its name, such as "he_normal" or "HeNormal".
PART_NAMES = frozenset(
    name.replace("_", "").lower()
    for _, name in PARTS
    if name != "DTypePolicy"
) | {"l1", "l2", "l1l2", "uniform", "normal", "zero", "one"}  # fmt: skip
