"""Execute the site's notebooks: what changed, many at once, beside Sphinx' own reading.

Sphinx reads a page when myst-nb asks this extension for the outputs of its cells. All notebooks are
looked up before the first page is read; those that the cache lacks run meanwhile.

Options of conf.py:

``execution_cache``
    The folder of the cache; paths are relative to conf.py's folder.
``execution_cache_limit``
    Mebibytes that it may hold after a build.
``execution_environment``
    Variables of the kernels. Beside these they see what a program needs to run (``PATH`` ...), and
    the reader's variables that steer numerical libraries; all but the former are in the key.
``execution_sources``, ``execution_locks``
    Folders of the project's importable code; lock files of the environment.
``execution_programs``
    Names of programs that read nothing of the project but what cells give them. A cell that starts
    any other program depends on the whole of the project's code.
``execution_memory_limit``
    Mebibytes that one kernel may take.
``execution_workers``
    How many notebooks run at once; 0 is one for each core.
``execution_fork``
    Whether kernels are forked from a process that has imported Keras; ``None`` is where it can be.
"""

from typing import Any, cast

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Take the place of myst-nb's own execution."""
    app.add_config_value("execution_cache", "../build/executed", "", str)
    app.add_config_value("execution_cache_limit", 512, "", int)
    app.add_config_value("execution_environment", {}, "", dict)
    app.add_config_value("execution_sources", ["../src"], "", list)
    app.add_config_value("execution_locks", [], "", list)
    app.add_config_value("execution_programs", [], "", list)
    app.add_config_value("execution_memory_limit", 3072, "", int)
    app.add_config_value("execution_workers", 0, "", int)
    app.add_config_value("execution_fork", None, "", [bool, type(None)])
    # Not at the top: what is imported here takes time, and the kernels' parent needs it as well.
    from executions.room import Room

    room = Room(app)
    import myst_nb.sphinx_

    from executions.build import Build

    app.setup_extension("myst_nb")
    build = Build(room)
    cast(Any, app).executions = build  # for the extensions that tell what ran
    myst_nb.sphinx_.create_client = build.client
    app.connect("env-get-outdated", build.start)
    app.connect("env-updated", build.remember)
    app.connect("build-finished", build.finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
