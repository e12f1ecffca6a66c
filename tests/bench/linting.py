"""Linting models, as ratios to building them in the same run; as a script, measures and prints."""

import json
import subprocess
import sys
from pathlib import Path
from time import perf_counter

SIZES = (10, 30, 100, 300, 1000)
HELD = 300  # layers: to lint them must take less time than to build them
ROUNDS = 5


def measure(environment: dict[str, str]) -> dict[str, dict[str, list[float]]]:
    """Build and lint models of each size; the seconds of each, by shape and size.

    Raises:
        CommandFailedError: A model could not be built or linted.
    """
    from measure import CommandFailedError

    command = [sys.executable, str(Path(__file__))]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise CommandFailedError(f"the benchmark of lint gave {done.returncode}, see above")
    return json.loads(done.stdout.splitlines()[-1])


def told(figures: dict[str, dict[str, list[float]]], report: object, console: object) -> None:
    """Show the figures as ratios, and hold them to what the project promises."""
    from rich.table import Table

    table = Table(title="Linting, in seconds", title_justify="left")
    for head in ("model", "building", "lint", "ratio"):
        table.add_column(head, justify="left" if head == "model" else "right")
    for shape, by_size in figures.items():
        for size, (building, lint) in by_size.items():
            ratio = lint / building
            table.add_row(f"{shape} of {size}", f"{building:.3f}", f"{lint:.3f}", f"{ratio:.2f}")
            if int(size) == HELD:
                report.hold(f"lint, {shape} of {size}, of building's time", ratio, 1, "")
    console.print(table)


def main() -> None:
    """Measure; the least of some rounds is what other programs disturbed the least."""
    import keras
    from shapes import SHAPES

    import layergraph

    sys.setrecursionlimit(20 * SIZES[-1])  # Keras walks along a chain by recursion
    layergraph.lint(SHAPES["chain"](9))
    figures: dict[str, dict[int, tuple[float, float]]] = {shape: {} for shape in SHAPES}
    for shape, build in SHAPES.items():
        for size in SIZES:
            rounds = []
            for _ in range(ROUNDS if size <= HELD else 1):
                keras.utils.clear_session()
                start = perf_counter()
                model = build(size)
                built = perf_counter()
                model.compile(loss="mse")
                compiled = perf_counter()
                layergraph.lint(model)
                rounds.append((built - start, perf_counter() - compiled))
            figures[shape][size] = tuple(min(column) for column in zip(*rounds, strict=True))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
