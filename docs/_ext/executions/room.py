"""Where a build executes: the cache, what surrounds the kernels, and the kernels themselves.

It imports little, so that the kernels' parent begins to import Keras before Sphinx has imported
its own extensions.
"""

import atexit
import shutil
from pathlib import Path

from sphinx.application import Sphinx

from executions import folders
from executions.environment import NEEDED, kernel_environment, startup_files
from executions.forks import Kernels
from executions.keys import Surroundings
from executions.store import Store

MEBIBYTE = 2**20


class Room:
    """What all executions of a build share.

    Args:
        app: Sphinx, with this extension's options.
    """

    def __init__(self, app: Sphinx) -> None:
        config, here = app.config, Path(app.confdir).resolve()
        folders.remove_left_folders()
        self.top = folders.build_folder()
        self.store = Store(
            (here / config.execution_cache).resolve(), config.execution_cache_limit * MEBIBYTE
        )
        sources = [(here / folder).resolve() for folder in config.execution_sources]
        self.surroundings = Surroundings(
            root=here.parent,
            sources=sources,
            locks=[(here / lock).resolve() for lock in config.execution_locks],
            programs=config.execution_programs,
            environment=kernel_environment(config.execution_environment, sources),
            unkeyed=NEEDED,
            startup=startup_files,
            shared=self.store.folder / "shared",
        )
        self.store.make()
        (self.surroundings.shared / "matplotlib").mkdir(parents=True, exist_ok=True)
        self.kernels = Kernels(
            folders.common_environment(self.surroundings, self.top),
            fork=config.execution_fork,
            within=self.top,
        )
        atexit.register(self.close)  # also after Ctrl-C
        if self.store.empty:
            self.kernels.prepare()  # the sooner the better, as all notebooks will run

    def close(self) -> None:
        """End all kernels and take the working folders away."""
        self.kernels.close()
        shutil.rmtree(self.top, ignore_errors=True)
