"""The site's settings; ``nox -s docs`` builds with them."""

import os
import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path[:0] = [str(DOCS / "_ext"), str(ROOT / "src")]

from executions.environment import same_arithmetic  # noqa: E402 - found through the line above

with (ROOT / "pyproject.toml").open("rb") as file:
    metadata = tomllib.load(file)["project"]
urls = metadata.get("urls", {})

project = metadata["name"]
author = metadata["authors"][0]["name"]
copyright = f"{author}, {metadata['license']} licence"

extensions = [
    "executions",
    "downloads",
    "incremental",
    "layergraph.sphinx",
    "mathml",
    "mounted_sources",
    "myst_nb",
    "provenance",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_exercise",
    "sphinx_mounts",
    "sphinx_togglebutton",
    "status",
]
exclude_patterns = ["_ext"]
mounts = [
    {
        "dir": "../tutorials",
        "mount_at": "tutorials",
        "path_check": "off",  # the images of a notebook lie in the build folder
    }
]
nitpicky = True
numfig = True

# Pages and notebooks
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # docs/_ext/executions does it
nb_merge_streams = True
nb_output_stderr = "warn"
nb_ipywidgets_js = {}  # no page has a widget, and the scripts come from another origin
html_math_renderer = "mathml"

# Executions
execution_cache = "../build/executed"
execution_locks = ["../requirements/docs.txt", "../requirements/tweets.txt"]
execution_programs = ["graphviz-pure"]  # draws what it is given
execution_environment = {
    **same_arithmetic(),
    "KERAS_BACKEND": "tensorflow",
    "LANG": "C.UTF-8",
    "LAYERGRAPH_PROGRESS": "off",  # it is kept in the home folder, where no kernel may write
    "MPLBACKEND": "agg",  # plots show themselves; a window would hang the build
    "OPENBLAS_NUM_THREADS": "1",  # a process that forks must have one thread
    "PYTHONHASHSEED": "0",  # the same order of sets, so the same outputs, in every build
    "TF_CPP_MIN_LOG_LEVEL": "3",  # log lines would land in the pages
    # Else threads add gradients in any order, and no two runs agree; and a cell that trains
    # without a seed raises.
    "TF_DETERMINISTIC_OPS": "1",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # the same floating-point results on any number of cores
    # One kernel for each core: with more threads they only wait for each other. The results are
    # the same.
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TZ": "UTC",
}

# API reference
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"  # a dataclass documents its fields once
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
maximum_signature_line_length = 70
napoleon_use_ivar = True  # a dataclass's fields as one list
nitpick_ignore_regex = [
    # No inventory of these is at hand without the network.
    ("py:.*", r"(keras|np|numpy|pd|pandas|matplotlib)\..*"),
    ("py:.*", r"(collections\.abc|datetime|os|pathlib|typing)\..*"),
    # Aliases within the linter: what they stand for is said where they are used.
    ("py:.*", r"(Kind|Look|Needs|Severity|Source)|layergraph\.linting\._silence\._L"),
    ("py:.*", r"(Any|ArrayLike|Literal|Mapping|NDArray|PathLike|Sequence|Path|argparse\..*)"),
]

# HTML
html_theme = "sphinx_book_theme"
html_title = "Layergraph"
html_favicon = "_static/favicon.svg"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["custom.css"]
html_baseurl = os.environ.get("READTHEDOCS_CANONICAL_URL", urls.get("Documentation", ""))
html_copy_source = True
html_show_sphinx = False
html_context = {"default_mode": "auto"}
html_theme_options = {
    "footer_content_items": ["author.html", "copyright.html", "built-with.html"],
    "navbar_persistent": [],  # else an empty bar with a second search box
    "use_download_button": True,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
if "Repository" in urls:
    html_theme_options |= {
        "repository_url": urls["Repository"],
        "repository_branch": "main",
        "use_edit_page_button": True,
        "use_repository_button": True,
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "notebook_interface": "jupyterlab",
        },
    }
