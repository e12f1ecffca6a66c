"""The command ``layergraph``: draw and describe saved models.

A model is loaded in Keras' safe mode, so that no code from the file runs.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from layergraph import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras

__all__ = ["main"]

_BACKENDS = ("tensorflow", "jax", "torch", "openvino")
# What Keras says, in parts of its messages, if a file needs code that it does not bring.
_CUSTOM = ("could not locate", "lambda", "safe mode", "safe_mode", "unsafe", "custom object")


class _CommandError(Exception):
    """A failure that is told in one line."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: The arguments; those of the process by default.

    Returns:
        The exit status, 0, or 1 after an error, which is told in one line on stderr.

    Raises:
        SystemExit: For ``--help`` and ``--version``, and with status 2 if the arguments are
            not understood.

    Examples:
        >>> main(["describe", "nowhere.keras"])
        1
    """
    arguments = _parser().parse_args(argv)
    # Lines that TensorFlow logs at its start are no answer to the command.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    try:
        arguments.run(arguments)
    except _CommandError as error:
        message = " ".join(str(error).split())
        print(f"layergraph: error: {message}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="layergraph", description="Draw and describe Keras functional models."
    )
    parser.add_argument("--version", action="version", version=f"layergraph {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    draw = commands.add_parser("draw", help="draw a saved model as SVG, PNG or DOT")
    draw.add_argument("model", metavar="MODEL.keras", type=Path, help="the saved model")
    draw.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help="where to, as .svg, .png or .dot (default: MODEL.svg in this folder)",
    )
    draw.add_argument("--title", help="the picture's title")
    draw.add_argument("--direction", choices=("TB", "LR"), default="TB", help="default: TB")
    draw.add_argument(
        "--detail", choices=("names", "shapes", "all"), default="all", help="default: all"
    )
    draw.add_argument(
        "--depth",
        type=_depth,
        metavar="N",
        help="how many levels of nested models are opened (default: all)",
    )
    draw.set_defaults(run=_draw)

    describe = commands.add_parser("describe", help="put a saved model into words")
    describe.add_argument("model", metavar="MODEL.keras", type=Path, help="the saved model")
    describe.set_defaults(run=_describe)
    return parser


def _depth(text: str) -> int:
    depth = int(text)
    if depth < 0:
        raise ValueError
    return depth


_depth.__name__ = "number of levels"  # argparse puts it into its message


def _draw(arguments: argparse.Namespace) -> None:
    from layergraph.drawing import draw

    model = _load(arguments.model)
    try:
        drawing = draw(
            model,
            title=arguments.title,
            direction=arguments.direction,
            detail=arguments.detail,
            depth=arguments.depth,
        )
        path = drawing.save(arguments.output or Path(arguments.model.stem + ".svg"))
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise _CommandError(str(error)) from error
    print(f"{drawing}\nwrote {path}")


def _describe(arguments: argparse.Namespace) -> None:
    from layergraph.drawing import describe

    model = _load(arguments.model)
    try:
        print(describe(model))
    except (TypeError, ValueError) as error:
        raise _CommandError(str(error)) from error


def _load(path: Path) -> keras.Model:
    if not path.is_file():
        raise _CommandError(f"there is no file {path}")
    if path.suffix != ".keras" or not _is_keras(path):
        raise _CommandError(
            f"{path} is not a Keras model file; save the model with "
            'model.save("model.keras") and give that file'
        )
    try:
        import keras
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _BACKENDS:
            raise
        raise _CommandError(
            f"Keras needs a backend, and {missing} is not installed: "
            'python -m pip install "layergraph[tensorflow]"'
        ) from error
    try:
        with warnings.catch_warnings():
            # Such as on the optimizer's state, which nobody looks at here.
            warnings.simplefilter("ignore")
            model: keras.Model = keras.saving.load_model(path, safe_mode=True)
    except Exception as error:  # whatever a file may make Keras raise
        words = str(error)
        if any(part in words.lower() for part in _CUSTOM):
            raise _CommandError(
                f"{path} needs custom code, which is not run from a file; load it in Python, "
                f"where that code is, and call layergraph.draw(model). Keras says: {_first(words)}"
            ) from error
        raise _CommandError(f"{path} cannot be loaded: {_first(words)}") from error
    return model


def _is_keras(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "config.json" in archive.namelist()
    except zipfile.BadZipFile:
        return False
    except OSError as error:
        raise _CommandError(f"{path} cannot be read: {error.strerror}") from error


def _first(words: str) -> str:
    """Take from a long message of Keras what matters: the missing name, or how it starts."""
    missing = re.search(r"Could not locate \w+ '[^']*'", words)
    if missing:
        return missing[0]
    return (words.strip() or "nothing").splitlines()[0].split(". ")[0]
