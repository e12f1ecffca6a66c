"""Every architecture of ``keras.applications``, found by looking."""

import inspect
from collections.abc import Callable

import keras

# The one with the fewest layers of each family.
SMALLEST = {
    "convnext": "ConvNeXtTiny",
    "densenet": "DenseNet121",
    "efficientnet": "EfficientNetB0",
    "efficientnet_v2": "EfficientNetV2B0",
    "inception_resnet_v2": "InceptionResNetV2",
    "inception_v3": "InceptionV3",
    "mobilenet": "MobileNet",
    "mobilenet_v2": "MobileNetV2",
    "mobilenet_v3": "MobileNetV3Small",
    "nasnet": "NASNetMobile",
    "resnet": "ResNet50",
    "resnet_v2": "ResNet50V2",
    "vgg16": "VGG16",
    "vgg19": "VGG19",
    "xception": "Xception",
}


def builders() -> dict[str, Callable[..., keras.Model]]:
    """The functions that build an architecture: those that can do without trained weights."""
    found = {
        name: value
        for name, value in vars(keras.applications).items()
        if inspect.isfunction(value) and "weights" in inspect.signature(value).parameters
    }
    return dict(sorted(found.items()))


def families() -> dict[str, list[str]]:
    """The names of the architectures by the module that defines them."""
    found: dict[str, list[str]] = {}
    for name, builder in builders().items():
        found.setdefault(builder.__module__.rpartition(".")[2], []).append(name)
    return dict(sorted(found.items()))


def build(name: str) -> keras.Model:
    """Build an architecture whose weights have shapes and take no memory.

    In this scope Keras keeps back the values of new variables until somebody wants them, which
    nobody does here: ConvNeXtXLarge takes 0.3 s and no gigabyte, where it took 5 s and 1.4 GB.
    """
    keras.utils.clear_session(free_memory=False)
    with keras.StatelessScope(initialize_variables=False):
        return builders()[name](weights=None)
