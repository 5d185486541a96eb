# SPDX-License-Identifier: BSD-3-Clause
r"""Values that derivatives take as constant, though they depend on what is varied.

If x solves :math:`F(x, d) = 0`, the last step of Newton's method, :math:`x - F / F_x`, has the
root's derivative by d, :math:`-F_d / F_x`, already where x itself is taken as constant. How x was
found need not be differentiated then, which of many steps in a row is most of the work.
"""

from __future__ import annotations

from typing import Any

import ufl
from ufl.algorithms import expand_derivatives
from ufl.algorithms.analysis import extract_constants
from ufl.domain import extract_domains

from ssbmech.frames import Expr


class Frozen(ufl.Constant):  # type: ignore[misc]
    """Stands for a value until all derivatives have been taken.

    Attributes:
        value: the value.
    """

    def __init__(self, value: Expr, domain: Any) -> None:
        """Keep the value; the domain is one of its own."""
        super().__init__(domain)
        self.value = value


def frozen(value: Expr) -> Expr:
    """Return a scalar that derivatives take as constant; forms with it have to be thawed."""
    domains = extract_domains(ufl.as_ufl(value))
    return Frozen(value, domains[0]) if domains else value


def thawed(expression: Any) -> Any:
    """Return a form or an expression with frozen values as they are, all derivatives taken."""
    held = {c: c.value for c in extract_constants(expression) if isinstance(c, Frozen)}
    if not held:
        return expression
    return thawed(ufl.replace(expand_derivatives(expression), held))
