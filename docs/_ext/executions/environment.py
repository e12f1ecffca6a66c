"""What a kernel finds when it starts: its variables, and the settings of the environment."""

import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

NEEDED = {  # variables without which a program does not run; where they point is not in the key
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT",
    "VIRTUAL_ENV",
}  # fmt: skip
STEERING = (  # beginnings of the names of variables that steer Python and numerical libraries
    "CUDA_", "DNNL_", "JAX_", "KERAS_", "LAYERGRAPH_", "MKL_", "MPL", "NPY_", "NUMEXPR_", "OMP_",
    "ONEDNN_", "OPENBLAS_", "PYTHON", "TF_", "XLA_",
)  # fmt: skip
WITHOUT_EFFECT = (  # on what a page shows; the last two are Terraform's
    "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "TF_CLI_", "TF_VAR_",
)  # fmt: skip
PRIVATE = ("KERAS_HOME", "PYTHONBREAKPOINT", "PYTHONINSPECT", "PYTHONSTARTUP")  # a maintainer's own


def kernel_environment(chosen: Mapping[str, str], sources: Sequence[Path]) -> dict[str, str]:
    """The variables of all kernels: what they need, what steers them, and what was chosen.

    The project's own code comes first, whichever copy of it the environment has installed.
    """
    steering = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(STEERING) and not name.startswith(WITHOUT_EFFECT + PRIVATE)
    }
    needed = {name: os.environ[name] for name in NEEDED if name in os.environ}
    path = os.pathsep.join([*map(str, sources), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**needed, **steering, "PYTHONPATH": path, **chosen}


def same_arithmetic() -> dict[str, str]:
    """Variables that let newer x86 processors calculate as those with AVX2 do, to the last bit.

    Libraries choose their instructions by the processor, and each choice rounds in its own way.
    """
    if platform.machine().lower() not in {"x86_64", "amd64"} or not has_avx2():
        return {}
    return {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",  # not checked by OpenBLAS: without AVX2 it would crash
    }


def has_avx2() -> bool:
    """Whether this x86 processor has AVX2; where the system does not tell, as if it had not."""
    try:
        return " avx2 " in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def startup_files() -> list[tuple[str, str]]:
    """What a kernel reads when it starts, beside this package: the environment's own settings."""
    from IPython.core.application import ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS

    names = ("ipython_config", "ipython_kernel_config")
    settings = [
        Path(folder, f"{name}{suffix}")
        for folder in (*SYSTEM_CONFIG_DIRS, *ENV_CONFIG_DIRS)
        for name in names
        for suffix in (".py", ".json")
    ]
    specs = (importlib.util.find_spec(name) for name in ("sitecustomize", "usercustomize"))
    settings += [Path(spec.origin) for spec in specs if spec is not None and spec.origin]
    return [(path.name, path.read_text(encoding="utf-8")) for path in settings if path.is_file()]


def list_fonts(environment: Mapping[str, str]) -> None:
    """Let matplotlib list the system's fonts, before several kernels do it at once and say so."""
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"],
            env=dict(environment), cwd=environment["MPLCONFIGDIR"], check=False, timeout=300,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
