# SPDX-License-Identifier: BSD-3-Clause
"""Formulas as MathML, written when the site is built: browsers draw them, without a script."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from latex2mathml.converter import convert
from sphinx.util import logging

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

#: Commands of LaTeX that the converter does not know, and what stands for them.
_STANDS_FOR = (
    (r"\\dfrac\b", r"\\frac"),
    (r"\\tfrac\b", r"\\frac"),
    (r"\\boldsymbol\s+(\\?[A-Za-z]+)", r"\\boldsymbol{\1}"),
    (r"\\lvert\b|\\rvert\b", r"|"),
    (r"\\lVert\b|\\rVert\b", r"\\|"),
)


def mathml(formula: str, block: bool) -> str:
    """Return a formula as MathML.

    Args:
        formula: in LaTeX.
        block: whether it stands on lines of its own.
    """
    for known, other in _STANDS_FOR:
        formula = re.sub(known, other, formula)
    text = " ".join(formula.split())
    if block and r"\\" in text and r"\begin" not in text:
        text = rf"\begin{{aligned}}{text}\end{{aligned}}"
    return _bold(convert(text, display="block" if block else "inline"))


def _bold(made: str) -> str:
    """Return MathML with bold letters of Unicode: browsers no longer look at ``mathvariant``."""

    def letter(match: re.Match[str]) -> str:
        name = unicodedata.name(html.unescape(match[1]), "")
        found = re.fullmatch(r"(?:LATIN|GREEK) (CAPITAL|SMALL) LETTER ([A-Z]+)", name)
        if not found:
            return match[0]
        bold = f"MATHEMATICAL BOLD ITALIC {found[1]} {found[2]}"
        return f"<mi>{unicodedata.lookup(bold)}</mi>"

    return re.sub(r'<mi mathvariant="bold(?:-italic)?">([^<]+)</mi>', letter, made)


def unknown(made: str) -> list[str]:
    r"""Return what of a formula was not understood: commands that stayed as they were written."""
    return sorted(set(re.findall(r">\s*(\\[A-Za-z]+)", made)))


def _write(translator: Any, node: nodes.Node, formula: str, block: bool) -> str:
    try:
        made = mathml(formula, block)
    except Exception as failure:  # the converter has no family of errors of its own
        logger.warning("a formula is no MathML: %s (%s)", formula, failure, location=node)
        return f"<code>{translator.encode(formula)}</code>"
    if left := unknown(made):
        names = ", ".join(left)
        logger.warning("a formula holds unknown %s: %s", names, formula, location=node)
    return made


def visit_inline(translator: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    translator.body.append(_write(translator, node, node.astext(), False))
    raise _skip()


def visit_block(translator: Any, node: nodes.math_block) -> None:
    """Write a formula on lines of its own."""
    translator.body.append('<div class="math">')
    translator.body.append(_write(translator, node, node.astext(), True))
    translator.body.append("</div>")
    raise _skip()


def _skip() -> Exception:
    from docutils.nodes import SkipNode

    return SkipNode()


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the renderer to Sphinx."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
