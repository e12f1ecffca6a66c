import inspect
import re
import subprocess
import sys
from collections.abc import Iterator

import keras
import pytest

from layergraph.drawing._documentation import address
from layergraph.graph import Layer, read

# Classes without a page on https://keras.io, each with the reason why nothing is missed.
WITHOUT_A_PAGE = {
    "ContrastLimitedAdaptiveHistogramEqualization": "newer than the site's copy of Keras",
    "InputSpec": "no layer",
    "Wrapper": "a base class, of which no model holds an instance",
}

# As scripts/api_master.py of keras-team/keras-io has them; the odd spelling is the site's.
KNOWN = {
    "Dense": "layers/core_layers/dense/",
    "Lambda": "layers/core_layers/lambda/",
    "InputLayer": "layers/core_layers/input/",
    "EinsumDense": "layers/core_layers/einsum_dense/",
    "Embedding": "layers/core_layers/embedding/",
    "ReversibleEmbedding": "layers/core_layers/embedding/",
    "Conv2D": "layers/convolution_layers/convolution2d/",
    "Conv1DTranspose": "layers/convolution_layers/convolution1d_transpose/",
    "DepthwiseConv2D": "layers/convolution_layers/depthwise_convolution2d/",
    "SeparableConv1D": "layers/convolution_layers/separable_convolution1d/",
    "MaxPool2D": "layers/pooling_layers/max_pooling2d/",
    "GlobalAveragePooling1D": "layers/pooling_layers/global_average_pooling1d/",
    "AdaptiveMaxPooling3D": "layers/pooling_layers/adaptive_max_pooling3d/",
    "LSTM": "layers/recurrent_layers/lstm/",
    "GRUCell": "layers/recurrent_layers/gru_cell/",
    "SimpleRNN": "layers/recurrent_layers/simple_rnn/",
    "StackedRNNCells": "layers/recurrent_layers/stacked_rnn_cell/",
    "ConvLSTM2D": "layers/recurrent_layers/conv_lstm2d/",
    "TimeDistributed": "layers/recurrent_layers/time_distributed/",
    "Bidirectional": "layers/recurrent_layers/bidirectional/",
    "TextVectorization": "layers/preprocessing_layers/text/text_vectorization/",
    "Normalization": "layers/preprocessing_layers/numerical/normalization/",
    "SpectralNormalization": "layers/preprocessing_layers/numerical/spectral_normalization/",
    "IntegerLookup": "layers/preprocessing_layers/categorical/integer_lookup/",
    "Rescaling": "layers/preprocessing_layers/image_preprocessing/rescaling/",
    "AutoContrast": "layers/preprocessing_layers/image_preprocessing/auto_constrast/",
    "RandomFlip": "layers/preprocessing_layers/image_augmentation/random_flip/",
    "MaxNumBoundingBoxes": (
        "layers/preprocessing_layers/image_augmentation/max_num_bounding_boxes/"
    ),
    "Pipeline": "layers/preprocessing_layers/image_augmentation/pipeline/",
    "STFTSpectrogram": "layers/preprocessing_layers/audio_preprocessing/stft_spectrogram/",
    "BatchNormalization": "layers/normalization_layers/batch_normalization/",
    "RMSNormalization": "layers/normalization_layers/rms_normalization/",
    "SpatialDropout2D": "layers/regularization_layers/spatial_dropout2d/",
    "GroupQueryAttention": "layers/attention_layers/group_query_attention/",
    "MultiHeadAttention": "layers/attention_layers/multi_head_attention/",
    "UpSampling1D": "layers/reshaping_layers/up_sampling1d/",
    "Concatenate": "layers/merging_layers/concatenate/",
    "Dot": "layers/merging_layers/dot/",
    "LeakyReLU": "layers/activation_layers/leaky_relu/",
    "PReLU": "layers/activation_layers/prelu/",
    "ELU": "layers/activation_layers/elu/",
    "TFSMLayer": "layers/backend_specific_layers/tfsm_layer/",
    "JaxLayer": "layers/backend_specific_layers/jax_layer/",
    "TorchModuleWrapper": "layers/backend_specific_layers/torch_module_wrapper/",
    "Layer": "layers/base_layer/",
}

FUNCTIONS = {
    "absolute": "ops/numpy/#absolute-function",
    "expand_dims": "ops/numpy/#expanddims-function",
    "get_item": "ops/numpy/#getitem-function",
    "isin": "ops/numpy/#isin-function",
    "searchsorted": "ops/numpy/#searchsorted-function",
    "leaky_relu": "ops/nn/#leakyrelu-function",
    "batch_normalization": "ops/nn/#batchnormalization-function",
    "cast": "ops/core/#cast-function",
    "erf": "ops/core/#erf-function",
    "in_top_k": "ops/core/#intopk-function",
    "solve_triangular": "ops/linalg/#solvetriangular-function",
    "logdet": "ops/linalg/#logdet-function",
    "rfft": "ops/fft/#rfft-function",
    "view_as_real": "ops/math/#viewasreal-function",
    "rearrange": "ops/einops/#rearrange-function",
    "rgb_to_hsv": "ops/image/#rgbtohsv-function",
}

# The pages of functions that https://keras.io has.
PAGES = ("numpy", "nn", "linalg", "core", "image", "fft", "math", "einops")


def of_class(cls: type) -> str | None:
    return address(Layer("some", cls.__name__, cls.__module__))


def public_classes() -> dict[str, type]:
    named = vars(keras.layers).items()
    return {name: cls for name, cls in named if inspect.isclass(cls) and name[0].isupper()}


def below(cls: type) -> Iterator[type]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from below(subclass)


def operations() -> list[type]:
    found = {cls for cls in below(keras.Operation) if not issubclass(cls, keras.layers.Layer)}
    return sorted(
        (cls for cls in found if re.fullmatch(r"keras\.src\.ops\.\w+", cls.__module__)),
        key=lambda cls: (cls.__module__, cls.__name__),
    )


def functions() -> dict[str, set[str]]:
    """The names of all functions of keras.ops, without underscores, by the module's page."""
    found: dict[str, set[str]] = {}
    for space in (keras.ops, keras.ops.image):
        for name, function in vars(space).items():
            if inspect.isfunction(function):
                found.setdefault(function.__module__, set()).add(name.replace("_", ""))
    return found


def test_every_public_layer_has_an_address_or_a_reason() -> None:
    without = {name for name, cls in public_classes().items() if of_class(cls) is None}
    assert set(WITHOUT_A_PAGE) == without


def test_addresses_are_pages_of_the_site() -> None:
    found = [of_class(cls) for cls in public_classes().values()]
    page = r"https://keras\.io/api/layers/([a-z]+(_[a-z]+)*/){0,3}[a-z]+(_?[a-z0-9]+)*/"
    assert [] == [one for one in found if one is not None and not re.fullmatch(page, one)]


def test_only_layers_that_the_site_tells_of_on_one_page_share_an_address() -> None:
    pages: dict[str, set[str]] = {}
    for cls in public_classes().values():
        if (page := of_class(cls)) is not None:
            pages.setdefault(page, set()).add(cls.__name__)
    assert [{"Embedding", "ReversibleEmbedding"}] == [of for of in pages.values() if len(of) > 1]


@pytest.mark.parametrize("name", KNOWN)
def test_a_layer_has_the_address_of_its_page(name: str) -> None:
    assert f"https://keras.io/api/{KNOWN[name]}" == of_class(getattr(keras.layers, name))


def test_every_private_layer_of_those_modules_is_known_to_have_no_page() -> None:
    public = set(public_classes().values())
    private = [cls for cls in below(keras.layers.Layer) if cls.__module__.startswith("keras.src.l")]
    assert [] == [cls for cls in private if cls not in public and of_class(cls) is not None]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_operation_has_the_address_of_its_function(name: str) -> None:
    class_name = {
        "batch_normalization": "BatchNorm",
        "isin": "IsIn",
        "rfft": "RFFT",
        "rgb_to_hsv": "RGBToHSV",
        "searchsorted": "SearchSorted",
    }.get(name, name.title().replace("_", ""))
    (operation,) = (cls for cls in operations() if cls.__name__.lower() == class_name.lower())
    assert f"https://keras.io/api/{FUNCTIONS[name]}" == of_class(operation)


def test_every_operation_of_keras_ops_leads_to_the_name_of_a_function() -> None:
    missing = {"Function", "SegmentReduction"}  # neither is the operation of one function
    known = functions()
    for cls in operations():
        found = of_class(cls)
        if cls.__name__ in missing:
            continue
        assert found is not None, cls
        page, anchor = re.fullmatch(
            r"https://keras\.io/api/ops/(\w+)/#(\w+)-function", found
        ).groups()
        assert page in PAGES
        assert anchor in known[cls.__module__], cls


def test_operations_of_a_model_have_addresses() -> None:
    x = keras.Input((4,), name="x")
    y = keras.activations.relu(keras.ops.expand_dims(keras.ops.abs(x - 1.0), 1)[:, 0], 0.1)
    addresses = [address(layer) for layer in read(keras.Model(x, y)).layers]
    assert [
        "https://keras.io/api/ops/numpy/#subtract-function",
        "https://keras.io/api/ops/numpy/#absolute-function",
        "https://keras.io/api/ops/numpy/#expanddims-function",
        "https://keras.io/api/ops/numpy/#getitem-function",
        "https://keras.io/api/layers/activations/#relu-function",
    ] == addresses


def test_nested_models_lead_to_the_page_of_their_class() -> None:
    x = keras.Input((4,), name="x")
    inner = keras.Input((4,), name="inner")
    functional = keras.Model(inner, keras.layers.Dense(2)(inner), name="functional")
    sequential = keras.Sequential([keras.layers.Dense(2)], name="sequential")
    graph = read(keras.Model(x, sequential(functional(x))))
    assert [
        "https://keras.io/api/models/model/",
        "https://keras.io/api/models/sequential/",
    ] == [address(layer) for layer in graph.layers]


def test_a_class_of_a_reader_has_none() -> None:
    class Dense(keras.layers.Layer):
        pass

    assert of_class(Dense) is None
    assert address(Layer("dense", "Dense", "keras_hub.src.layers.core.dense")) is None
    assert address(Layer("dense", "Dense", "layers.core")) is None
    assert address(Layer("dense", "Dense")) is None


def test_a_class_of_keras_without_a_page_has_none() -> None:
    assert address(Layer("old", "ThresholdedReLU", "keras.src.legacy.layers")) is None


def test_addresses_are_found_without_keras() -> None:
    code = (
        "import sys; from layergraph.graph import Layer;"
        "from layergraph.drawing._documentation import address;"
        "address(Layer('a', 'Dense', 'keras.src.layers.core.dense'));"
        "print(sorted({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]\n" == done.stdout
