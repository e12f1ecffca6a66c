"""The linter before a training, with the data that fit was given."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Iterable
from typing import Any, Literal

import keras

from layergraph.linting._finding import SEVERITIES
from layergraph.linting._lint import look
from layergraph.linting._report import LintError, Report
from layergraph.linting._silence import entries


class LintOnFit(keras.callbacks.Callback):  # type: ignore[misc] # Keras has no types
    """Lint a model before its first batch, as it is compiled and with the data of ``fit``.

    What is found is printed, unless there are only hints, and an error stops the training. The
    training itself is not changed: of a ``tf.data.Dataset`` rows are read only where that
    leaves its order as it is, and else the shapes alone are looked at; nothing is read of a
    generator. What Keras itself refuses it refuses before any callback is asked: see
    :func:`layergraph.messages.explain`.

    Args:
        stop_on: ``"error"`` or ``"warning"``: the mildest severity that stops the training;
            ``None`` to go on in any case.
        ignore: As for :func:`lint`.
        symmetric: As for :func:`lint`.
        verbose: Whether to print the report even if there are only hints, or nothing.

    Attributes:
        report: The report of the last ``fit``; ``None`` before, and for a model that cannot be
            read, such as a subclassed one, of which a warning tells.

    Raises:
        ValueError: If ``stop_on`` is none of these, or ``ignore`` names no rule.
        LintError: In ``fit``, where the training is stopped.

    Examples:
        >>> import numpy as np
        >>> from layergraph import models
        >>> model = models.headline_popularity(length=4, vocabulary_size=9, mask=False)
        >>> model.compile("adam", "binary_crossentropy")
        >>> ids, numbers = np.ones((8, 4), int), np.zeros((8, 5))
        >>> watch = LintOnFit()
        >>> _ = model.fit([ids, numbers], [np.ones((8, 1))] * 2, verbose=0, callbacks=[watch])
        >>> watch.report.errors
        ()
    """

    def __init__(
        self,
        *,
        stop_on: Literal["error", "warning"] | None = "error",
        ignore: Iterable[str] = (),
        symmetric: tuple[str, str] | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__()
        if stop_on not in ("error", "warning", None):
            raise ValueError(f"stop_on is 'error', 'warning' or None, not {stop_on!r}")
        # Read here, so that a wrong one is told where it stands.
        self.ignore = tuple(one.written for one in entries(ignore))
        self.stop_on = stop_on
        self.symmetric = symmetric
        self.verbose = verbose
        self.report: Report | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Lint the model; Keras calls it.

        Args:
            logs: Not used.
        """
        self.report = None
        try:
            self.report = look(
                self.model,
                _given_to_fit(self.model),
                symmetric=self.symmetric,
                ignore=self.ignore,
                training=True,
            )
        except (TypeError, ValueError) as error:
            warnings.warn(f"LintOnFit cannot look at this model: {error}", stacklevel=2)
            return
        stopping = SEVERITIES[: SEVERITIES.index(self.stop_on) + 1] if self.stop_on else ()
        if any(one.severity in stopping for one in self.report.findings):
            raise LintError(self.report)
        if self.verbose or self.report.errors or self.report.warnings:
            _show(self.report)


def _given_to_fit(model: keras.Model) -> tuple[Any, Any, Any]:
    """Return x, y and sample_weight of the ``fit`` that is running.

    Keras hands no data to callbacks, so they are taken from the call itself. Where it cannot be
    found, as in a loop of the reader's own, there are none.
    """
    frame = inspect.currentframe()
    try:
        while frame is not None:
            if frame.f_code.co_name == "fit" and frame.f_locals.get("self") is model:
                values = frame.f_locals
                return values.get("x"), values.get("y"), values.get("sample_weight")
            frame = frame.f_back
    finally:
        del frame  # else the call would be kept by a cycle
    return None, None, None


def _show(report: Report) -> None:
    from rich.console import Console

    console = Console(file=sys.stdout)
    if console.is_jupyter:
        from IPython.display import display

        display(report)
    else:
        console.print(report)
