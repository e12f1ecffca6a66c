"""Reading and drawing models, as ratios to what Keras' own drawing takes in the same run."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

from measure import CommandFailedError
from report import Report
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent

# What is timed of each model, and of models of each size.
WAYS = ("read", "read, DOT", "model_to_dot", "folded SVG", "open SVG", "plot_model", "its SVG")
GROWTH = ("read", "read, DOT folded", "read, DOT open", "folded SVG")
SIZES = (10, 30, 100, 300, 1000)

# Of the time from 100 to 1,000 layers: 1 is linear, 2 is quadratic.
EXPONENT = 1.2


def measure_drawing(environment: dict[str, str], keep: Path, *, every: bool) -> list[dict]:
    """Run the benchmarks; returns what pytest-benchmark tells of each.

    Args:
        environment: The variables for them.
        keep: Where pytest-benchmark's own report is kept, with all figures.
        every: Whether to take all architectures of ``keras.applications``; plot_model needs
            minutes for the largest.

    Raises:
        CommandFailedError: A benchmark failed.
    """
    keep.parent.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "pytest", str(HERE / "drawing_benchmarks.py"), "-v", "--no-header",
        "--noconftest", "-p", "no:cacheprovider", "--benchmark-disable-gc", "--benchmark-quiet",
        f"--benchmark-json={keep}",
    ]  # fmt: skip
    variables = {**environment, "LAYERGRAPH_BENCH": "every" if every else "some"}
    variables["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), variables["PATH"]])
    if (status := subprocess.run(command, cwd=HERE, env=variables, check=False).returncode) != 0:
        raise CommandFailedError(f"the benchmarks of drawing gave {status}, see above")
    return json.loads(keep.read_text(encoding="utf-8"))["benchmarks"]


def told(benchmarks: list[dict], report: Report, console: Console) -> None:
    """Show the figures as ratios, and hold them to what the project promises."""
    by_model: dict[str, dict[str, float]] = {}
    layers: dict[str, int] = {}
    by_size: dict[tuple[str, str], dict[int, float]] = {}
    for benchmark in benchmarks:
        # The least is what other programs disturbed the least.
        info, seconds = benchmark["extra_info"], benchmark["stats"]["min"]
        if "growth" in info:
            by_size.setdefault((info["growth"], info["way"]), {})[info["size"]] = seconds
        else:
            by_model.setdefault(info["model"], {})[info["way"]] = seconds
            layers[info["model"]] = info["layers"]
    console.print(against_keras(by_model, layers))
    console.print(growth(by_size))
    for name, took in by_model.items():
        ratio = took["folded SVG"] / took["plot_model"]
        report.hold(f"drawing {name}, of plot_model's time", ratio, 1, "")
    for (shape, way), took in by_size.items():
        report.hold(f"{way}, {shape}, growth", exponent(took, 100), EXPONENT, "")


def against_keras(by_model: dict[str, dict[str, float]], layers: dict[str, int]) -> Table:
    """The table of models: seconds, and ratios to Keras' own."""
    table = Table(title="Reading and drawing, in seconds", title_justify="left")
    table.add_column("model")
    heads = (
        "layers", "read", "read, DOT", "model_to_dot", "ratio",
        "folded SVG", "open SVG", "plot_model", "ratio", "its SVG", "ratio",
    )  # fmt: skip
    for head in heads:
        table.add_column(head, justify="right")
    for name, took in by_model.items():
        svg = took["folded SVG"]
        table.add_row(
            name,
            f"{layers[name]:,}",
            *(f"{took[way]:.3f}" for way in ("read", "read, DOT", "model_to_dot")),
            f"{took['read, DOT'] / took['model_to_dot']:.2f}",
            *(f"{took[way]:.2f}" for way in ("folded SVG", "open SVG", "plot_model")),
            f"{svg / took['plot_model']:.2f}",
            f"{took['its SVG']:.2f}",
            f"{svg / took['its SVG']:.2f}",
        )
    return table


def growth(by_size: dict[tuple[str, str], dict[int, float]]) -> Table:
    """The table of sizes: milliseconds a layer, and the exponents of the time."""
    table = Table(title="Growth: milliseconds a layer", title_justify="left")
    table.add_column("layers")
    for size in SIZES:
        table.add_column(f"{size:,}", justify="right")
    table.add_column("exponent, all", justify="right")
    table.add_column("exponent, 100 to 1,000", justify="right")
    for (shape, way), took in by_size.items():
        table.add_row(
            f"{shape}, {way}",
            *(f"{1000 * took[size] / size:.3f}" for size in SIZES),
            f"{exponent(took, SIZES[0]):.2f}",
            f"{exponent(took, 100):.2f}",
        )
    return table


def exponent(took: dict[int, float], first: int) -> float:
    """The power of the size by which the time grows from one size to the largest."""
    last = max(took)
    return math.log(took[last] / took[first]) / math.log(last / first)
