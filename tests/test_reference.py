"""Every public name of the package stands in the API reference, typed and with an example."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import layergraph

ROOT = Path(__file__).parent.parent
MODULES = [
    module.name
    for module in pkgutil.walk_packages(layergraph.__path__, "layergraph.")
    if not any(part.startswith("_") for part in module.name.split("."))
    # What stands there is called by its name: an exercise, a rule, a message.
    and not module.name.startswith(
        ("layergraph.exercises.graders", "layergraph.linting.rules", "layergraph.messages.known")
    )
]
NAMES = [
    (module, name)
    for module in MODULES
    for name in getattr(importlib.import_module(module), "__all__", [])
]
FUNCTIONS = [
    (module, name)
    for module, name in NAMES
    if inspect.isfunction(getattr(importlib.import_module(module), name))
]


def test_each_module_with_public_names_has_its_page() -> None:
    pages = (ROOT / "docs" / "reference" / "api").glob("*.md")
    documented = {
        name
        for page in pages
        for name in re.findall(r"automodule:: (\S+)", page.read_text(encoding="utf-8"))
    }

    assert {module for module, _ in NAMES} == documented - {"layergraph"}


def test_each_module_lists_its_public_names() -> None:
    without = [m for m in MODULES if not hasattr(importlib.import_module(m), "__all__")]

    assert ["layergraph.datasets"] == without


@pytest.mark.parametrize(("module", "name"), FUNCTIONS)
def test_a_public_function_is_typed_and_shows_an_example(module: str, name: str) -> None:
    function = getattr(importlib.import_module(module), name)
    parameters = inspect.signature(function).parameters.values()

    assert [] == [p.name for p in parameters if p.annotation is p.empty]
    assert inspect.signature(function).return_annotation is not inspect.Signature.empty
    assert ">>> " in function.__doc__
