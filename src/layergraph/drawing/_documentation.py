"""Where Keras' own documentation tells of a layer.

The pages are those that ``scripts/api_master.py`` of `keras-team/keras-io
<https://github.com/keras-team/keras-io>`_ lists. A page's name is, but for the exceptions
below, the name of the class in lower case with underscores; its folder follows from the
module. Functions have no pages of their own: they are headings on their section's page,
and ``turn_title_into_id`` in ``scripts/autogen_utils.py`` takes all punctuation out of a
heading to make its id, so that ``expand_dims`` becomes ``expanddims-function``. The name
of an operation's class, in lower case, is the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layergraph.graph import Layer

_SITE = "https://keras.io/api/"

# Whole pages, by module within keras.src.
_PAGES = {
    "layers.layer": "layers/base_layer/",
    "models.functional": "models/model/",
    "models.model": "models/model/",
    "models.sequential": "models/sequential/",
}

# Folders of layers, by module or package within keras.src; the longest that fits counts.
_PREPROCESSING = "preprocessing_layers/"
_FOLDERS = {
    "layers.activations": "activation_layers",
    "layers.attention": "attention_layers",
    "layers.convolutional": "convolution_layers",
    "layers.core": "core_layers",
    "layers.merging": "merging_layers",
    "layers.normalization": "normalization_layers",
    "layers.normalization.spectral_normalization": f"{_PREPROCESSING}numerical",
    "layers.pooling": "pooling_layers",
    "layers.preprocessing.category_encoding": f"{_PREPROCESSING}categorical",
    "layers.preprocessing.discretization": f"{_PREPROCESSING}numerical",
    "layers.preprocessing.hashed_crossing": f"{_PREPROCESSING}categorical",
    "layers.preprocessing.hashing": f"{_PREPROCESSING}categorical",
    "layers.preprocessing.image_preprocessing": f"{_PREPROCESSING}image_augmentation",
    "layers.preprocessing.image_preprocessing.auto_contrast": (
        f"{_PREPROCESSING}image_preprocessing"
    ),
    "layers.preprocessing.image_preprocessing.center_crop": f"{_PREPROCESSING}image_preprocessing",
    "layers.preprocessing.image_preprocessing.resizing": f"{_PREPROCESSING}image_preprocessing",
    "layers.preprocessing.integer_lookup": f"{_PREPROCESSING}categorical",
    "layers.preprocessing.mel_spectrogram": f"{_PREPROCESSING}audio_preprocessing",
    "layers.preprocessing.normalization": f"{_PREPROCESSING}numerical",
    "layers.preprocessing.pipeline": f"{_PREPROCESSING}image_augmentation",
    "layers.preprocessing.rescaling": f"{_PREPROCESSING}image_preprocessing",
    "layers.preprocessing.stft_spectrogram": f"{_PREPROCESSING}audio_preprocessing",
    "layers.preprocessing.string_lookup": f"{_PREPROCESSING}categorical",
    "layers.preprocessing.text_vectorization": f"{_PREPROCESSING}text",
    "layers.regularization": "regularization_layers",
    "layers.reshaping": "reshaping_layers",
    "layers.rnn": "recurrent_layers",
    "export.tfsm_layer": "backend_specific_layers",
    "utils.jax_layer": "backend_specific_layers",
    "utils.torch_utils": "backend_specific_layers",
}

# Pages whose name is not that of the class, as the site spells them.
_NAMES = {
    "AutoContrast": "auto_constrast",
    "GroupedQueryAttention": "group_query_attention",
    "InputLayer": "input",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ReLU": "relu",
    "ReversibleEmbedding": "embedding",
    "StackedRNNCells": "stacked_rnn_cell",
}

# Classes of these modules that the site has no page for, besides those named Base...
_UNTOLD = {
    "ContrastLimitedAdaptiveHistogramEqualization",
    "ConvLSTM",
    "ConvLSTMCell",
    "Merge",
    "Wrapper",
}

# Pages of functions, by module within keras.src, and those of some functions of its math.
# "math" and "einops" are on the site, though newer than the list in the repository.
_FUNCTIONS = {
    "activations.activations": "layers/activations/",
    "ops.core": "ops/core/",
    "ops.einops": "ops/einops/",
    "ops.image": "ops/image/",
    "ops.linalg": "ops/linalg/",
    "ops.math": "ops/core/",
    "ops.nn": "ops/nn/",
    "ops.numpy": "ops/numpy/",
}
_OTHER_MATH = {
    **dict.fromkeys(("FFT", "FFT2", "IFFT2", "IRFFT", "ISTFT", "RFFT", "STFT"), "ops/fft/"),
    "Logdet": "ops/linalg/",
    "ViewAsComplex": "ops/math/",
    "ViewAsReal": "ops/math/",
}

# Operations whose class is not named as the function is.
_NAMES_OF_FUNCTIONS = {
    "BatchNorm": "batchnormalization",
    "LayerNorm": "layernormalization",
    "RMSNorm": "rmsnormalization",
}


def address(layer: Layer) -> str | None:
    """Say where Keras' documentation tells of a layer.

    Args:
        layer: A layer, an operation, or a nested model.

    Returns:
        The address of its page on https://keras.io; for an operation that of its function
        on its section's page, or of the page's top while the site does not list the
        function yet. ``None`` for a class that is not Keras' own, or has no page there.

    Examples:
        >>> from layergraph.graph import Layer
        >>> address(Layer("conv", "Conv2D", "keras.src.layers.convolutional.conv2d"))
        'https://keras.io/api/layers/convolution_layers/convolution2d/'
        >>> address(Layer("expand_dims", "ExpandDims", "keras.src.ops.numpy", "op"))
        'https://keras.io/api/ops/numpy/#expanddims-function'
        >>> address(Layer("mine", "Conv2D", "my_project.layers")) is None
        True
    """
    home, name = "keras.src.", layer.class_name
    if not layer.module.startswith(home) or name.startswith("Base") or name in _UNTOLD:
        return None
    module = layer.module.removeprefix(home)
    if module in _PAGES:
        return _SITE + _PAGES[module]
    if module in _FUNCTIONS:
        page = _OTHER_MATH.get(name, _FUNCTIONS[module])
        return f"{_SITE}{page}#{_NAMES_OF_FUNCTIONS.get(name, name.lower())}-function"
    folder = next((_FOLDERS[part] for part in _longest_first(module) if part in _FOLDERS), None)
    if folder is None:
        return None
    words = _NAMES.get(name, re.sub(r"(?<!^)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", name).lower())
    if folder == "convolution_layers":
        words = words.replace("conv", "convolution")
    return f"{_SITE}layers/{folder}/{words}/"


def _longest_first(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]
