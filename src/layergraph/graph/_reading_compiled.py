"""What each output of a compiled model is trained for and measured by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layergraph.graph._layergraph import Loss, Metric
from layergraph.graph._reading_facts import Settings

if TYPE_CHECKING:
    from layergraph.graph._layergraph import Fact


def losses(model: Any, functional: Any) -> tuple[list[list[Loss]], str | None]:  # noqa: ANN401
    """Ask Keras which loss goes to which output, and with which weight.

    The compiled loss settles that at the first batch only. A second one, built on the
    symbolic outputs, tells it now and leaves the model as it is.

    Returns:
        The losses of each output, and Keras' message where they do not fit.
    """
    import keras

    found: list[list[Loss]] = [[] for _ in functional.outputs]
    compiled = getattr(model, "_compile_loss", None)
    if compiled is None:
        return found, None
    structure = _structure(functional)
    given = compiled._user_loss, compiled._user_loss_weights
    probe, problem = _built(compiled, structure, given)
    if problem is not None:
        return found, problem
    places = _numbers(structure)
    for path, loss, weight, _ in probe._flat_losses:
        place = places
        for key in path:
            place = place[key]
        if isinstance(place, dict) and isinstance(loss, keras.losses.MeanSquaredError.__base__):
            return found, (
                f"the loss {loss.name!r} is given for the outputs {', '.join(map(str, place))} "
                "together; give a loss for each of these keys"
            )
        if isinstance(weight, str):
            # The third argument of compile is loss_weights, and metrics are often given there.
            return found, f"`loss_weights` has {weight!r}, which is no number"
        numbers = keras.tree.flatten(place)
        for number in numbers:
            # A list of outputs that has one loss is one array for it.
            factor = (1.0 if weight is None else float(weight)) / len(numbers)
            found[number].append(Loss(loss.name, factor, _settings(loss)))
    return found, None


def metrics(model: Any, functional: Any) -> tuple[list[list[Metric]], str | None]:  # noqa: ANN401
    """Ask Keras which metrics go to which output, in the same way.

    Returns:
        The metrics of each output, and Keras' message where they do not fit.
    """
    found: list[list[Metric]] = [[] for _ in functional.outputs]
    compiled = getattr(model, "_compile_metrics", None)
    if compiled is None:
        return found, None
    structure = _structure(functional)
    given = compiled._user_metrics, compiled._user_weighted_metrics
    probe, problem = _built(compiled, structure, given)
    if problem is not None:
        return found, problem
    numbers = probe._flatten_y(_numbers(structure))
    for weighted, lists in (
        (False, probe._flat_metrics),
        (True, probe._flat_weighted_metrics),
    ):
        for number, of_output in zip(numbers, lists, strict=True):
            for metric in [] if of_output is None else of_output.metrics:
                found[number].append(Metric(metric.name, weighted, _settings(metric)))
    return found, None


def trained(model: Any) -> tuple[list[Any] | None, bool]:  # noqa: ANN401
    """Ask which variables the optimizer was built for, and whether ``fit`` has made its step.

    Returns:
        The variables, ``None`` before the first ``fit``; and whether there is a step that holds
        on to what was trainable when it was made: one that runs eagerly looks each time.
    """
    optimizer = getattr(model, "optimizer", None)
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    if optimizer is None or not getattr(optimizer, "built", False):
        return None, False
    stepped = getattr(model, "train_function", None) is not None
    return list(optimizer._trainable_variables), stepped and not model.run_eagerly


def _settings(made: Any) -> tuple[tuple[str, Fact], ...]:  # noqa: ANN401
    # The function that a name stands for is what the name says.
    return tuple(pair for pair in Settings().of(made) if pair[0] != "fn")


def _structure(functional: Any) -> Any:  # noqa: ANN401
    """Return the outputs as losses and metrics are given them."""
    structure = functional._outputs_struct
    if isinstance(structure, list | tuple) and len(structure) == 1:
        return structure[0]
    return structure


def _numbers(structure: Any) -> Any:  # noqa: ANN401
    import keras

    count = len(keras.tree.flatten(structure))
    return keras.tree.pack_sequence_as(structure, list(range(count)))


def _built(compiled: Any, structure: Any, given: tuple[Any, Any]) -> tuple[Any, str | None]:  # noqa: ANN401
    """Build another one of what was compiled, or return Keras' message on why it cannot be."""
    try:
        probe = type(compiled)(*given, output_names=compiled.output_names)
        probe.build(structure, structure)
    except Exception as error:  # many kinds; fit raises the same
        return None, str(error.args[0] if error.args else error) or type(error).__name__
    return probe, None
