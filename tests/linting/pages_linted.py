# ruff: noqa: ANN401 - whatever a page gives to fit
"""Runs the code of a page and lints what it trains: ``python pages_linted.py PAGE.md [--train]``.

``fit`` lints the model with the data that it was given, and then trains on one batch, or not
at all. What fails later because a model has learned nothing is passed over. Prints, as JSON, the
number of models and what was found.
"""

import ast
import collections
import contextlib
import io
import json
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def cells(text: str) -> Iterator[str]:
    """The code of a page; exercises' stubs are left out."""
    lines = iter(text.splitlines(keepends=True))
    for line in lines:
        if not line.startswith("```{code-cell}"):
            continue
        body = ""
        for inner in lines:
            if inner.startswith("```"):
                break
            body += inner
        tags = [row for row in body.splitlines() if row.startswith(":tags:")]
        if not any("stub" in row for row in tags):
            options = (row for row in body.splitlines(keepends=True) if not row.startswith(":"))
            yield "".join(options).replace("\n%", "\n#")


class Linted:
    """Takes the place of ``keras.Model.fit``."""

    def __init__(self, *, trains: bool) -> None:
        import keras

        self.trains = trains
        self.fit, self.count, self.found = keras.Model.fit, 0, []

    def __call__(self, model: Any, x: Any = None, y: Any = None, **options: Any) -> Any:
        import layergraph

        self.count += 1
        try:
            report = layergraph.lint(model, x, y, options.get("sample_weight"))
        except TypeError as error:  # a subclassed model has no graph
            report = None
            if "subclass" not in str(error) and "functional" not in str(error):
                raise
        if report is not None:
            self.found += [[one.severity, one.code, one.sentence] for one in report.findings]
        return self.train(model, x, y, options) if self.trains else made_up(model)

    def train(self, model: Any, x: Any, y: Any, options: dict[str, Any]) -> Any:
        """Train on one batch."""
        options |= {"epochs": 1, "verbose": 0, "steps_per_epoch": 1}
        options.pop("validation_split", None)
        if options.get("validation_data") is not None:
            options["validation_steps"] = 1
        return self.fit(model, x, y, **options)


def made_up(model: Any) -> Any:
    """A history with figures for whatever is asked."""
    import keras

    history = keras.callbacks.History()
    history.history = collections.defaultdict(lambda: [0.5, 0.4])
    history.epoch = [0, 1]
    history.set_model(model)
    return history


def run(page: Path, *, trains: bool) -> dict[str, Any]:
    """Run the statements of a page one by one."""
    import keras

    linted = Linted(trains=trains)
    keras.Model.fit = lambda model, *args, **options: linted(
        model, *args[:2], **dict(zip(("batch_size", "epochs"), args[2:], strict=False)), **options
    )
    namespace: dict[str, Any] = {"__name__": "__main__"}
    passed_over = []
    for code in cells(page.read_text(encoding="utf-8")):
        try:
            nodes = ast.parse(code).body
        except SyntaxError:
            continue
        for node in nodes:
            try:
                exec(compile(ast.Module([node], []), page.name, "exec"), namespace)
            except BaseException as error:  # what a model that learned nothing may break
                passed_over.append(f"{type(error).__name__}: {error}"[:200])
    return {"models": linted.count, "found": linted.found, "passed over": passed_over}


def main() -> None:
    page = Path(sys.argv[1]).resolve()
    os.environ["MPLBACKEND"] = "agg"
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.chdir(folder)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            result = run(page, trains="--train" in sys.argv)
        os.chdir("/")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
