# SPDX-License-Identifier: BSD-3-Clause
"""Sphinx settings of the documentation site; `build.py` stages what they build."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "ssbmech"
author = "The ssbmech developers"
copyright = author
_root = Path(__file__).parent
_version = (_root / "_version.py").read_text("utf-8")
version = release = re.search(r'__version__ = "([^"]+)"', _version)[1]  # type: ignore[index]

extensions = ["myst_parser", "mathml"]
exclude_patterns = ["_static", "**/.*"]
html_math_renderer = "mathml"
root_doc = "index"

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist", "attrs_inline"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 4
myst_links_external_new_tab = False
# titles of pages that repeat a name of another page are fine
suppress_warnings = ["myst.header"]

html_theme = "furo"
html_title = f"ssbmech {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
