"""The command ``layergraph``: draw, describe, lint and grade saved models.

.. code-block:: text

    layergraph draw MODEL.keras [-o FILE] [--title TITLE] [--direction TB|LR]
                    [--detail names|shapes|all] [--depth N] [--no-fold]
    layergraph describe MODEL.keras [--depth N]
    layergraph draw MODEL.keras --json
    layergraph describe MODEL.keras --json
    layergraph lint MODEL.keras [--data FILE.npz] [--behaviour] [--symmetric INPUT INPUT]
                    [--ignore RULE[:LAYER] ...] [--json]
    layergraph rules [--json]
    layergraph exercises [--json]
    layergraph grade NAME MODEL.keras [--json]

``draw`` writes ``MODEL.svg`` into the current folder unless it is told otherwise. ``--json``
prints the whole graph, as :meth:`layergraph.graph.LayerGraph.to_json` gives it, and nothing
else; then there is no picture, so ``-o`` is refused with it.

``lint`` looks for mistakes that Keras lets pass, as :func:`layergraph.linting.lint` does. Its
exit status is 1 if there are errors and 0 if not. ``--data`` takes a file that
:func:`numpy.savez` has written, with the arrays ``x/NAME`` for the inputs, ``y/NAME`` for the
targets and ``sample_weight/NAME``, each by the name of an input or output of the model.
``rules`` lists what is looked for.

``exercises`` lists the exercises of the lessons and how far you are with them; ``grade`` says in
sentences what is right and what is missing in a model for one of them, as
:func:`layergraph.exercises.grade` does. Its exit status is 0 if the exercise is passed and 1 if
not.

A model is loaded in Keras' safe mode, so that no code from the file runs. One that needs code
of its own, such as a layer that Keras does not have, is refused with a line that says so.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layergraph import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras

    from layergraph.exercises import Exercise
    from layergraph.graph import LayerGraph

__all__ = ["main"]

_BACKENDS = ("tensorflow", "jax", "torch", "openvino")
# What Keras says, in parts of its messages, if a file needs code that it does not bring.
_CUSTOM = ("could not locate", "lambda", "safe mode", "safe_mode", "unsafe", "custom object")
_OTHER = "is not a Keras model file"
_SAVE = 'save the model with model.save("model.keras") and give that file'


class _CommandError(Exception):
    """A failure that is told in one line."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: The arguments; those of the process by default.

    Returns:
        The exit status, 0, or 1 for an exercise that is not passed, for a model with mistakes,
        and after an error, which is told in one line on stderr.

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
        status: int = arguments.run(arguments)
    except _CommandError as error:
        message = " ".join(str(error).split())
        print(f"layergraph: error: {message}", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="layergraph",
        description="Draw, describe, lint and grade Keras functional models. "
        "No code from a file is run.",
    )
    parser.add_argument("--version", action="version", version=f"layergraph {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    draw = commands.add_parser(
        "draw",
        help="draw a saved model as SVG, PNG or DOT",
        description="Draw a saved model and say where the picture is.",
    )
    _add_model(draw)
    # The JSON goes to the standard output, where a shell can put it into any file.
    instead = draw.add_mutually_exclusive_group()
    instead.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help="where to, as .svg, .png or .dot (default: MODEL.svg in this folder)",
    )
    _add_json(instead, "draw nothing; print the whole graph as JSON instead")
    draw.add_argument("--title", help="the picture's title (default: Graph of the model's name)")
    draw.add_argument(
        "--direction",
        choices=("TB", "LR"),
        default="TB",
        help="TB from top to bottom, LR from left to right (default: TB)",
    )
    draw.add_argument(
        "--detail",
        choices=("names", "shapes", "all"),
        default="all",
        help="names only, with shapes, or with settings, weights and losses too (default: all)",
    )
    _add_depth(draw, "are opened")
    draw.add_argument(
        "--no-fold",
        dest="fold",
        action="store_false",
        help="draw repeated blocks and long chains in full (default: once, with a count)",
    )
    draw.set_defaults(run=_draw)

    describe = commands.add_parser(
        "describe",
        help="put a saved model into words",
        description="Print a saved model in words, one sentence a line.",
    )
    _add_model(describe)
    _add_depth(describe, "are told")
    _add_json(describe, "print the whole graph as JSON instead")
    describe.set_defaults(run=_describe)

    lint = commands.add_parser(
        "lint",
        help="find mistakes in a saved model that Keras lets pass",
        description="Look for mistakes in a saved model that Keras lets pass. "
        "The exit status is 1 if there are errors, and 0 if not.",
    )
    _add_model(lint)
    lint.add_argument(
        "--data",
        metavar="FILE.npz",
        type=Path,
        help="arrays as fit gets them, named x/INPUT, y/OUTPUT, sample_weight/OUTPUT",
    )
    lint.add_argument(
        "--behaviour", action="store_true", help="run the model on a few random rows too"
    )
    lint.add_argument(
        "--symmetric",
        nargs=2,
        metavar="INPUT",
        help="two inputs that are to count alike",
    )
    lint.add_argument(
        "--ignore",
        nargs="+",
        action="extend",
        default=[],
        metavar="RULE[:LAYER]",
        help="rules to be silent, by code or name, such as LG101 or LG101:encoder/*",
    )
    _add_json(lint, "print the report as JSON instead")
    lint.set_defaults(run=_lint)

    rules = commands.add_parser(
        "rules",
        help="list what lint looks for",
        description="List the rules of the linter: what each looks for, and where it is explained.",
    )
    _add_json(rules, "print the list as JSON instead")
    rules.set_defaults(run=_rules)

    exercises = commands.add_parser(
        "exercises",
        help="list the exercises of the lessons, and your progress",
        description="List the exercises by lesson: what is asked, where, and your progress.",
    )
    _add_json(exercises, "print the list as JSON instead")
    exercises.set_defaults(run=_exercises)

    grade = commands.add_parser(
        "grade",
        help="grade a saved model for an exercise",
        description="Say what is right and what is missing in a saved model for an exercise. "
        "The exit status is 0 if it is passed, and 1 if not.",
    )
    grade.add_argument("name", metavar="NAME", help="the exercise, as `layergraph exercises` lists")
    # Not every exercise wants a model, and those that do not say so.
    grade.add_argument("model", metavar="MODEL.keras", type=Path, nargs="?", help="the saved model")
    _add_json(grade, "print the grade as JSON instead")
    grade.set_defaults(run=_grade)
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL.keras", type=Path, help="the saved model")


def _add_depth(parser: argparse.ArgumentParser, done: str) -> None:
    parser.add_argument(
        "--depth",
        type=_depth,
        metavar="N",
        help=f"how many levels of nested models {done} (default: all)",
    )


def _add_json(parser: argparse._ActionsContainer, told: str) -> None:
    parser.add_argument("--json", action="store_true", help=told)


def _depth(text: str) -> int:
    depth = int(text)
    if depth < 0:
        raise ValueError
    return depth


_depth.__name__ = "number of levels"  # argparse puts it into its message


def _draw(arguments: argparse.Namespace) -> int:
    from layergraph.drawing import draw

    graph = _read(arguments.model)
    if arguments.json:
        _print(graph.to_json(indent=2))
        return 0
    path = arguments.output or Path(arguments.model.stem + ".svg")
    try:
        drawing = draw(
            graph,
            title=arguments.title,
            direction=arguments.direction,
            detail=arguments.detail,
            depth=arguments.depth,
            fold=arguments.fold,
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise _CommandError(str(error)) from error
    try:
        drawing.save(path)
    except OSError as error:
        # Without a reason of the system, the message is layergraph's own.
        reason = f"cannot write {path}: {error.strerror}" if error.strerror else str(error)
        raise _CommandError(reason) from error
    except (RuntimeError, ValueError) as error:
        raise _CommandError(str(error)) from error
    _print(f"{drawing}\nwrote {path}")
    return 0


def _describe(arguments: argparse.Namespace) -> int:
    from layergraph.drawing import describe

    graph = _read(arguments.model)
    if arguments.json:
        _print(graph.to_json(indent=2))
    else:
        _print(str(describe(graph, depth=arguments.depth)))
    return 0


def _lint(arguments: argparse.Namespace) -> int:
    from layergraph.graph import read
    from layergraph.linting import lint

    model = _load(arguments.model, "call layergraph.lint(model)")
    try:
        graph = read(model)
        parts = {} if arguments.data is None else _arrays(arguments.data, graph)
        report = lint(
            model,
            **parts,
            behaviour=arguments.behaviour,
            symmetric=arguments.symmetric,
            ignore=arguments.ignore,
        )
    except (TypeError, ValueError) as error:
        raise _CommandError(str(error)) from error
    if arguments.json:
        _print(report.to_json(indent=2))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console().print(report)
    else:
        _print(str(report))
    return report.exit_status


def _arrays(path: Path, graph: LayerGraph) -> dict[str, Any]:
    """Read from a file what fit would be given."""
    import numpy as np

    if not path.is_file():
        raise _CommandError(f"there is no file {path}")
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    except (OSError, ValueError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise _CommandError(
            f"{path} cannot be read as arrays that numpy.savez has written: {_first(str(error))}"
        ) from error
    inputs, outputs = ([one.name for one in ends] for ends in (graph.inputs, graph.outputs))
    names = {"x": inputs, "y": outputs, "sample_weight": outputs}
    wanted = [f"{part}/{name}" for part in names for name in names[part]]
    for key in arrays:
        if key not in wanted:
            raise _CommandError(f"{path} has an array {key!r}; the model takes {', '.join(wanted)}")
    parts: dict[str, Any] = {}
    for part, those in names.items():
        found = {name: arrays[f"{part}/{name}"] for name in those if f"{part}/{name}" in arrays}
        if found:
            # One target goes without a name, unless the outputs of the model are a dict.
            named = part == "x" or len(those) > 1 or isinstance((*graph.outputs[0].path, 0)[0], str)
            parts[part] = found if named else found[those[0]]
    return parts


def _rules(arguments: argparse.Namespace) -> int:
    from layergraph.linting import rules

    if arguments.json:
        listed = [
            {
                "code": one.code,
                "name": one.name,
                "summary": one.summary,
                "needs": one.needs,
                "severities": list(one.severities),
                "address": one.address,
            }
            for one in rules()
        ]
        _print(json.dumps(listed, indent=2, ensure_ascii=False))
    else:
        _print(
            "\n".join(
                f"{one.code} {one.name} ({', '.join(one.severities)})\n"
                f"  {one.summary}\n  page: {one.address}"
                for one in rules()
            )
        )
    return 0


def _exercises(arguments: argparse.Namespace) -> int:
    from layergraph.exercises import exercises
    from layergraph.exercises._progress import folder, progress_of

    everyone = [(one, progress_of(one.name)) for one in exercises()]
    if arguments.json:
        listed = [
            {
                "name": one.name,
                "title": one.title,
                "lesson": one.lesson,
                "task": one.task,
                "address": one.address,
                "call": one.call,
                "from_file": one.from_file,
                "tried": progress.tried,
                "passed": progress.passed,
            }
            for one, progress in everyone
        ]
        _print(json.dumps(listed, indent=2, ensure_ascii=False))
    else:
        lines: list[str] = []
        lesson = None
        for one, progress in everyone:
            if one.lesson != lesson:
                lesson = one.lesson
                lines += [*([""] if lines else []), lesson]
            lines += [
                f"  {one.name} ({progress}): {one.title}",
                f"    {one.task}",
                f"    {_how(one)}",
                f"    page: {one.address}",
            ]
        passed = sum(progress.passed is not None for _, progress in everyone)
        place = folder()
        where = "not kept: it is switched off" if place is None else f"kept in {place}"
        lines += ["", f"{passed} of {len(everyone)} passed; progress is {where}."]
        _print("\n".join(lines))
    problems = [progress.problem for _, progress in everyone if progress.problem]
    if problems:
        more = f" (and {len(problems) - 1} more such)" if len(problems) > 1 else ""
        raise _CommandError(problems[0] + more)
    return 0


def _how(one: Exercise) -> str:
    if one.from_file:
        return f"in a terminal: layergraph grade {one.name} MODEL.keras"
    return f"in Python: {one.call}"


def _grade(arguments: argparse.Namespace) -> int:
    from layergraph.exercises._progress import ProgressError, keep
    from layergraph.exercises._registry import find

    try:
        one = find(arguments.name)
    except ValueError as error:
        raise _CommandError(f"{error} (`layergraph exercises` lists them all)") from error
    in_python = f"from layergraph.exercises import grade; {one.call}"
    if not one.from_file:
        reason = (
            "its answer has code of yours, which is not run from a file"
            if one.own_process
            else "it asks for something other than one saved model"
        )
        raise _CommandError(
            f"the exercise {one.name!r} is graded in Python, as {reason}: {in_python}"
        )
    if arguments.model is None:
        raise _CommandError(
            f"which model? layergraph grade {one.name} MODEL.keras, once model.save has written it"
        )
    verdict = one.grade(_load(arguments.model, in_python))
    _print(
        json.dumps(verdict.to_dict(), indent=2, ensure_ascii=False)
        if arguments.json
        else str(verdict)
    )
    try:
        keep(verdict)
    except ProgressError as error:
        print(f"layergraph: warning: {error}", file=sys.stderr)
    return 0 if verdict.passed else 1


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except OSError as error:
        # What is left to write is dropped, or Python would fail again as it ends.
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # then the reader, such as head, has enough
            raise _CommandError(f"cannot write to the standard output: {error.strerror}") from error


def _read(path: Path) -> LayerGraph:
    from layergraph.graph import read

    model = _load(path)
    try:
        return read(model)
    except (TypeError, ValueError) as error:
        raise _CommandError(str(error)) from error


def _load(
    path: Path, instead: str = "call layergraph.draw(model) or layergraph.describe(model)"
) -> keras.Model:
    _check(path)
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
                f"{path} needs custom code, which is not run from a file; if you trust the file, "
                f"load it in Python, where that code is, and {instead}. "
                f"Keras says: {_first(words)}"
            ) from error
        raise _CommandError(f"{path} cannot be loaded: {_first(words)}") from error
    return model


def _check(path: Path) -> None:
    """Refuse what is no file that ``model.save("model.keras")`` has written."""
    if path.is_dir():
        kind = "a SavedModel, for serving" if (path / "saved_model.pb").is_file() else "a folder"
        raise _CommandError(f"{path} is {kind}, not a Keras model file; {_SAVE}")
    if not path.is_file():
        raise _CommandError(f"there is no file {path}")
    if path.name.endswith((".weights.h5", ".weights.npz")):
        raise _CommandError(
            f"{path} holds weights alone, not the graph; build the model, load them, and {_SAVE}"
        )
    if path.suffix in (".h5", ".hdf5"):
        raise _CommandError(
            f"{path} {_OTHER} but an older HDF5 file; load it with keras.saving.load_model, {_SAVE}"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            found = "config.json" in archive.namelist()
    except zipfile.BadZipFile as error:
        what = "is damaged, or no Keras model file" if path.suffix == ".keras" else _OTHER
        raise _CommandError(f"{path} {what}; {_SAVE}") from error
    except OSError as error:
        raise _CommandError(f"{path} cannot be read: {error.strerror}") from error
    if not found or path.suffix != ".keras":
        raise _CommandError(f"{path} {_OTHER}; {_SAVE}")


def _first(words: str) -> str:
    """Take from a long message of Keras what matters: the missing name, or how it starts."""
    missing = re.search(r"Could not locate \w+ '[^']*'", words)
    if missing:
        return missing[0]
    return (words.strip() or "nothing").splitlines()[0].split(". ")[0].rstrip(" ,:.")
