"""Execute what the cache lacks, as many notebooks at once as there are cores."""

import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import psutil
from jupyter_client.kernelspec import NoSuchKernel

from executions import folders, scrub
from executions.environment import list_fonts
from executions.forks import Kernels
from executions.keys import Surroundings, changed_since, file_digest, kernel_of
from executions.lessons import Lesson, in_order
from executions.run import ExecutionFailedError, Limits, Progress, code_outputs, execute
from executions.store import Execution, Store

Outcome = Execution | ExecutionFailedError


class Queue:
    """The executions of a build.

    Args:
        lessons: All notebooks of the site.
        surroundings: What their executions depend on.
        store: The cache.
        kernels: Where they run.
        top: A folder for their own folders.
        limits: What ends an execution.
        workers: How many notebooks run at once.
        say: Told of each start and end, in one line.
    """

    def __init__(
        self,
        lessons: Iterable[Lesson],
        surroundings: Surroundings,
        store: Store,
        *,
        kernels: Kernels,
        top: Path,
        limits: Limits,
        workers: int,
        say: Callable[[str], None],
    ) -> None:
        self.lessons = {lesson.name: lesson for lesson in in_order(lessons)}
        self.progress: dict[str, Progress] = {}
        self.outcomes: dict[str, Outcome] = {}
        self._surroundings = surroundings
        self._store = store
        self._limits = limits
        self._say = say
        self._workers = workers
        self._waiting: list[str] = []
        self._running: dict[str, str] = {}  # key -> the lesson that runs for it
        self._changed = threading.Condition()
        self._kernels = kernels
        self._top = top
        self._threads: list[threading.Thread] = []
        self._closed = False

    def start(self) -> None:
        """Look up every lesson, and start to execute what is not in the cache."""
        for name in self.lessons:
            self._look_up_or_wait(name)
        if self._waiting:
            self._kernels.prepare()
            if not self._kernels.fork:
                list_fonts(folders.common_environment(self._surroundings, self._top))
            for _ in range(min(self._workers, len(self._waiting))):
                thread = threading.Thread(target=self._work, daemon=True)
                self._threads.append(thread)
                thread.start()

    def wait(self, name: str, tick: Callable[[], None], every: float) -> Outcome:
        """The outcome of a lesson; ``tick`` is called every so many seconds until it is there."""
        with self._changed:
            while name not in self.outcomes:
                if not self._changed.wait(every):
                    tick()
        return self.outcomes[name]

    @property
    def unfinished(self) -> list[str]:
        """The lessons without an outcome, running ones first."""
        left = [name for name in self.lessons if name not in self.outcomes]
        return sorted(left, key=lambda name: name not in self.progress)

    @property
    def executed(self) -> dict[str, Progress]:
        """What ran to its end or failed in this build."""
        return {name: p for name, p in self.progress.items() if name in self.outcomes}

    def close(self) -> None:
        """Start no other lesson."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def join(self, seconds: float) -> None:
        """Wait for the workers, when the kernels are closed."""
        for thread in self._threads:
            thread.join(seconds)

    def _look_up_or_wait(self, name: str) -> None:
        lesson = self.lessons[name]
        if all(isinstance(self.outcomes.get(used), Execution) for used in lesson.uses):
            key = self._key(lesson)
            found = self._store.find(key, self._surroundings.unchanged)
            if found is not None:
                self.outcomes[name] = found
                return
        self._waiting.append(name)

    def _used(self, lesson: Lesson) -> dict[str, Execution]:
        outcomes = {used: self.outcomes[used] for used in lesson.uses}
        return {used: done for used, done in outcomes.items() if isinstance(done, Execution)}

    def _key(self, lesson: Lesson) -> str:
        used = {name: done.results for name, done in self._used(lesson).items()}
        return self._surroundings.key(lesson, used)

    def _work(self) -> None:
        while (name := self._next()) is not None:
            try:
                outcome = self._outcome(self.lessons[name])
            except NoSuchKernel as error:
                outcome = ExecutionFailedError(f"its kernel is not installed: {error}", 1, [])
            except BaseException:  # a fault of ours must not leave the build waiting for ever
                outcome = ExecutionFailedError(traceback.format_exc(), 1, [])
            with self._changed:
                self.outcomes[name] = outcome
                self._running = {k: n for k, n in self._running.items() if n != name}
                self._changed.notify_all()
                over = len(self.outcomes) == len(self.lessons)
            if over:
                self._kernels.close()  # while Sphinx still writes

    def _next(self) -> str | None:
        """The next lesson whose used lessons are done and whose code no other one runs."""
        with self._changed:
            while self._waiting and not self._closed:
                for name in self._waiting:
                    lesson = self.lessons[name]
                    if any(used not in self.outcomes for used in lesson.uses):
                        continue
                    key = self._key(lesson)
                    if key in self._running:
                        continue
                    self._waiting.remove(name)
                    self._running[key] = name
                    return name
                self._changed.wait()
        return None

    def _outcome(self, lesson: Lesson) -> Outcome:
        failed = [u for u in lesson.uses if isinstance(self.outcomes[u], ExecutionFailedError)]
        if failed:
            message = f"not run, as it uses {' and '.join(failed)}, which failed"
            return ExecutionFailedError(message, 1, [])
        key = self._key(lesson)
        # Another build, or a lesson of the same code or that this one uses, may have brought it.
        if (found := self._store.find(key, self._surroundings.unchanged)) is not None:
            return found
        return self._execute(lesson, key)

    def _execute(self, lesson: Lesson, key: str) -> Outcome:
        progress = self.progress[lesson.name] = Progress(lesson)
        began = time.time()
        own = folders.prepare(
            self._top / str(list(self.lessons).index(lesson.name)),
            lesson,
            self._used(lesson),
            self._store,
        )
        manager = self._kernels.manager(
            environment=own.environment(self._surroundings, lesson),
            kernel_name=kernel_of(lesson),
        )
        connection = Path(manager.connection_file).parent
        self._say(f"executing {lesson.name} ({len(self._waiting)} left to start)")
        try:
            notebook = execute(
                lesson, manager, own.work, self._limits, progress,
                lambda notebook: scrub.scrub(notebook, own.places(self._surroundings)),
            )  # fmt: skip
        except ExecutionFailedError as error:
            self._say(f"failed {lesson.name} after {progress.elapsed:.1f} s")
            return error
        self._say(f"executed {lesson.name} in {progress.elapsed:.1f} s")
        files = {path.as_posix(): file_digest(own.work / path) for path in own.left()}
        execution = Execution(
            lesson=lesson.name,
            key=key,
            needs=self._surroundings.needs(lesson, own.journal, [own.top, connection], own.work),
            outputs=code_outputs(notebook),
            language=notebook.metadata.get("language_info", {}),
            seconds=[round(seconds, 3) for seconds in progress.seconds],
            cpu=round(progress.cpu, 3),
            memory=progress.memory,
            when=round(began, 3),
            files={name: sha256 for name, sha256 in files.items() if sha256 is not None},
            folder=own.work,
        )
        self._keep(execution, began)
        return execution

    def _keep(self, execution: Execution, began: float) -> None:
        late = changed_since(execution.needs, self._surroundings.places, began)
        if late:
            self._say(
                f"not kept: {execution.lesson}, as {', '.join(late)} changed while it ran;"
                " the next build runs it again"
            )
            return
        try:
            self._store.keep(execution)
        except OSError as error:
            self._say(f"not kept: {execution.lesson} ({error}); the next build runs it again")


def cores() -> int:
    """The cores that this process may use."""
    try:
        return len(psutil.Process().cpu_affinity())
    except AttributeError:  # macOS
        return psutil.cpu_count() or 1


def slowest_cells(progress: Progress, count: int = 3) -> Mapping[int, float]:
    """The lines of the cells that took longest, with their seconds."""
    indexes = [
        index
        for index, cell in enumerate(progress.lesson.notebook.cells)
        if cell.cell_type == "code"
    ]
    ordered = sorted(zip(progress.seconds, indexes, strict=False), reverse=True)
    return {progress.lesson.line(index): seconds for seconds, index in ordered[:count]}
