"""What the package promises of its imports and of Keras' private names."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import layergraph

PACKAGE = Path(layergraph.__file__).parent


def test_private_names_of_keras_stay_in_the_reader() -> None:
    """No file but the reader's imports from within Keras or uses an underscored name of others."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith("graph/_reading"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [getattr(node, "module", None) or "", *(a.name for a in node.names)]
                private = any((one + ".").startswith("keras.src.") for one in names)
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "hasattr"):
                private = re.fullmatch(r"'_\w*[^_]'", ast.unparse(node.args[1])) is not None
            else:
                private = isinstance(node, ast.Attribute) and is_private(node)
            if private:
                found.append(f"{name}:{node.lineno}: {ast.unparse(node)}")
    assert [] == found


def is_private(node: ast.Attribute) -> bool:
    # Names that end with an underscore too are protocols, such as _repr_html_.
    if not node.attr.startswith("_") or node.attr.endswith("_"):
        return False
    return ast.unparse(node.value) not in {"self", "cls"} | sys.stdlib_module_names


def test_importing_graph_and_drawing_imports_no_keras() -> None:
    script = (
        "import sys, layergraph.graph, layergraph.drawing, layergraph.cli;"
        "print({'keras', 'tensorflow', 'matplotlib'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert "set()\n" == run.stdout
