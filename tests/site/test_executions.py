"""What a change of a site executes again, on six small notebooks: all that it must, and no more."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from sites import Built, Site, make_fixture, make_lessons

ALL = {
    f"tutorials/{name}"
    for name in ("autoencoder", "curves", "graph", "neighbours", "seeds", "tweets")
}
GRAPH = "tutorials/graph.md"


@pytest.fixture(scope="module")
def cold(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Built]:
    """The fixture, with a file that one notebook reads, built for the first time."""
    site = make_fixture(tmp_path_factory.mktemp("fixture"))
    cell = '```{code-cell} ipython3\nwith open("scale.csv") as file:\n    print(file.read())\n```\n'
    text = (site.root / GRAPH).read_text(encoding="utf-8")
    site.write(GRAPH, f"{text}\n{cell}")
    site.write("tutorials/scale.csv", "1,2")
    built = site.build()
    assert 0 == built.status, built.said
    return site, built


@pytest.fixture
def site(cold: tuple[Site, Built]) -> Iterator[Site]:
    """The same; after the test all is as it was, and nothing runs."""
    yield cold[0]
    assert set() == cold[0].build().kernels


def test_a_first_build_executes_every_notebook(cold: tuple[Site, Built]) -> None:
    assert ALL == cold[1].executed


def test_nothing_changed_starts_no_kernel(cold: tuple[Site, Built]) -> None:
    site, _ = cold
    before = site.files()
    again = site.build()

    assert 0 == again.status, again.said
    assert set() == again.kernels
    assert before == site.files()


CHANGES = {
    "the code of one cell": ([(GRAPH, "One layer, two calls", "Two calls")], {"tutorials/graph"}),
    "a module that one imports": (
        [("src/layergraph/graph/_reading.py", '"""', '"""It. ')],
        {"tutorials/graph"},
    ),
    "a module that none imports": ([("src/layergraph/cli.py", '"""', '"""It. ')], set()),
    "a file that one reads": ([("tutorials/scale.csv", "1,2", "1,3")], {"tutorials/graph"}),
    "what a used lesson gives": (
        [("tutorials/autoencoder.md", "epochs=5", "epochs=4")],
        {"tutorials/autoencoder", "tutorials/neighbours"},
    ),
    "the lock": ([("requirements/docs.txt", "\n", "\n# renewed\n")], ALL),
    "the lock of the tests": ([("requirements/tests.txt", "\n", "\n# renewed\n")], set()),
    "the kernels' environment": (
        [("docs/conf.py", '"TZ": "UTC"', '"TZ": "Asia/Taipei"')],
        ALL,
    ),
    "the kernels' start": (
        [("docs/_ext/executions/kernel.py", "ERROR", "CRITICAL")],
        ALL,
    ),
    "other settings of the site": (
        [("docs/conf.py", '"show_toc_level": 2', '"show_toc_level": 1')],
        set(),
    ),
    "prose, a tag and a text for readers": (
        [
            (GRAPH, "\n# ", "\n# On "),
            ("tutorials/curves.md", "{code-cell} ipython3", "{code-cell}\n:tags: [hide-input]\n"),
            ("tutorials/seeds.md", "budget: 20", "budget: 30"),
        ],
        set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("edits", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_executes_what_depends_on_it(
    site: Site, edits: list[tuple[str, str, str]], expected: set[str]
) -> None:
    with ExitStack() as stack:
        for edit in edits:
            stack.enter_context(site.changed(*edit))
        built = site.build()

    assert 0 == built.status, built.said
    assert expected == built.executed


def test_a_translation_executes_nothing(site: Site) -> None:
    site.write(
        "docs/locale/de/LC_MESSAGES/tutorials.po",
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Draw it"\nmsgstr "Zeichne es"\n',
    )
    built = site.build("-D", "language=de", "-D", "locale_dirs=locale")

    assert 0 == built.status, built.said
    assert set() == built.kernels
    assert "Zeichne es" in site.page("tutorials/graph").article.text


def test_prose_is_shown_at_once_and_on_every_page_that_names_it(site: Site) -> None:
    with site.changed("tutorials/curves.md", "\n# ", "\n# Now "):
        site.build()
        heads = [site.page("tutorials/curves").h1.text, site.page("tutorials/graph").nav.text]

    assert heads[0].startswith("Now ")
    assert "Now " in heads[1]


def test_a_second_build_gives_what_a_first_one_gives(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    edits = [("tutorials/curves.md", "\n# ", "\n# Zebra "), (GRAPH, "\n## ", "\n## Gnu ")]
    before = site.files()
    with ExitStack() as stack:
        for edit in edits:
            stack.enter_context(site.changed(*edit))
        site.build()
        second = site.files()
        site.build("-E", "-a")
        first = site.files()
    site.build()

    assert first == second
    assert before == site.files()


def test_damaged_executions_run_again_and_only_they(site: Site) -> None:
    before = site.files()
    # The last build used them last.
    damaged = sorted(site.cache.glob("*.zip"), key=lambda path: path.stat().st_mtime)[-2:]
    damaged[0].write_bytes(damaged[0].read_bytes()[:100])
    damaged[1].write_text("foreign", encoding="utf-8")
    built = site.build("-E")

    assert 0 == built.status, built.said
    assert 2 == len(built.executed)
    assert before == site.files()


def test_plain_kernels_give_the_same_pages(site: Site) -> None:
    before = site.files()
    built = site.build("-E", "-D", "execution_fork=0", "-D", "execution_cache=../build/plain")

    assert 0 == built.status, built.said
    assert ALL == built.executed
    assert before == site.files()


def test_the_cache_keeps_to_its_limit(site: Site) -> None:
    limited = ("-D", "execution_cache=../build/small", "-D", "execution_cache_limit=0")
    cell = site.changed(GRAPH, "One layer, two calls", "Two calls")
    site.build(*limited)
    with cell:
        site.build(*limited)

    # What the last build used stays.
    assert 6 == len(list((site.root / "build" / "small").glob("*.zip")))


FAULTS = {
    "loops": "execution: {budget: 0.3}\n...\nn = 0\nwhile True:\n    n += 1",
    "dies": "import os\nos._exit(7)",
    "eats": "import subprocess\n"
    "sleeper = subprocess.Popen(['sleep', '4321'], start_new_session=True)\n"
    "eaten = [bytearray(b'x' * 2**24) for _ in range(200)]",
    "meddles": "from pathlib import Path\nPath('sound.md').write_text('gone')",
    "shells": "!echo gone > sound.md",
    "compiles": "import h5py\nh5py.File('sound.md', 'w')",
    "raises": "raise ValueError('on purpose')",
    "waits": "execution: {uses: [tutorials/dies]}\n...\nprint('never')",
    "sound": "print('sound')",
}  # fmt: skip


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Built, Built]:
    """A site of lessons that go wrong in every way, and one that does not; built twice."""
    site = make_lessons(tmp_path_factory.mktemp("faulty"), **FAULTS)
    options = ("-D", "execution_memory_limit=1500")
    return site, site.build(*options), site.build(*options)


@pytest.mark.parametrize(
    ("lesson", "line", "message"),
    [
        ("loops", 14, "it was ended as it ran for more than 3 s, 10 times its budget"),
        ("dies", 13, "its kernel died"),
        ("eats", 13, "it was ended as it took more than 1,500 MiB of memory"),
        ("meddles", 13, "tutorials/meddles may write only into its own working folder, not to"),
        ("shells", 13, "Command 'echo gone > sound.md' returned non-zero exit status 2"),
        ("compiles", 13, "Permission denied"),
        ("raises", 13, "ValueError"),
        ("waits", 1, "not run, as it uses tutorials/dies, which failed"),
    ],
)
def test_what_goes_wrong_is_told_with_its_cell(
    faulty: tuple[Site, Built, Built], lesson: str, line: int, message: str
) -> None:
    for built in faulty[1:]:
        place = f"tutorials/{lesson}.md:{line}: WARNING: Executing notebook failed: "
        _, found, rest = built.said.partition(place)
        told = rest.partition("WARNING")[0]

        assert 0 != built.status
        assert found, built.said
        assert message in told
        assert lesson == "waits" or FAULTS[lesson].splitlines()[-1] in told


def test_the_results_of_sound_lessons_are_kept(faulty: tuple[Site, Built, Built]) -> None:
    site, first, second = faulty
    broken = {f"tutorials/{lesson}" for lesson in FAULTS} - {"tutorials/sound", "tutorials/waits"}

    assert {"tutorials/sound"} == first.executed
    assert broken == second.kernels
    assert "sound" in site.page("tutorials/sound").select_one(".cell_output").text


def test_a_lesson_writes_to_no_other(faulty: tuple[Site, Built, Built]) -> None:
    assert "print('sound')" in (faulty[0].root / "tutorials/sound.md").read_text(encoding="utf-8")


def test_no_process_and_no_folder_is_left(faulty: tuple[Site, Built, Built]) -> None:
    root = str(faulty[0].root)
    left = [
        " ".join(command)
        for process in psutil.process_iter(["cmdline"])
        if (command := process.info["cmdline"]) and (root in str(command) or "4321" in command)
    ]

    assert [] == left
    assert [] == [
        folder
        for folder in Path(tempfile.gettempdir()).glob("layergraph-build-*-*")
        if not psutil.pid_exists(int(folder.name.split("-")[2]))
    ]


def test_a_lesson_over_its_budget_is_named_with_its_slowest_cell(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    site = make_lessons(
        tmp_path_factory.mktemp("slow"),
        slow="execution: {budget: 0.2}\n...\nimport time\ntime.sleep(0.5)\nprint('done')",
    )
    built = site.build()

    assert 0 == built.status, built.said
    assert "tutorials/slow took 0.5 s, more than its budget of 0.2 s" in built.said
    assert "its slowest cells: line 14 (0.5 s)" in built.said
