"""How a case of a known message is written: a function that Keras refuses with it."""

import importlib.util
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

Refused = Callable[[], object]

CASES: dict[str, list[Refused]] = defaultdict(list)


def raises(name: str) -> Callable[[Refused], Refused]:
    """Say that a function must be refused with this known message."""

    def kept(function: Refused) -> Refused:
        CASES[name].append(function)
        return function

    return kept


def collected() -> list[tuple[str, Refused]]:
    """All cases of the modules in the folder ``cases``, by the message's name."""
    for path in sorted((Path(__file__).parent / "cases").glob("*.py")):
        # Under a name of its own: the rules have a folder of cases too.
        spec = importlib.util.spec_from_file_location(f"message_cases_{path.stem}", path)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return [(name, function) for name, some in sorted(CASES.items()) for function in some]
