# SPDX-License-Identifier: BSD-3-Clause
"""What a block of the Jacobian is made of, and whether any of it has changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from dolfinx import fem
from dolfinx.mesh import Mesh
from ufl.corealg.traversal import traverse_unique_terminals
from ufl.domain import extract_domains

from ssbmech._compat import dimension_of


class Inputs:
    """Constants, functions and meshes that a form depends on.

    They are compared with what they were where that is quick: where the form depends on none of the
    unknowns, which change all the time, nor on functions in bodies, which have many values.
    """

    def __init__(self, form: Any, unknowns: Collection[fem.Function]) -> None:
        """Keep them.

        Args:
            form: bilinear form.
            unknowns: all functions that are solved for.
        """
        constants, fields = form.constants(), form.coefficients()
        domains = [integral.ufl_domain() for integral in form.integrals()]
        whole = max(dimension_of(domain) for domain in domains)
        solved = {id(function) for function in unknowns}
        self._settle = all(
            field.function_space.mesh.topology.dim < whole and id(field) not in solved
            for field in fields
        )
        # views of the numbers themselves
        self._numbers = [constant.value for constant in constants]
        self._numbers += [field.x.array for field in fields] if self._settle else []
        # normals, places and gradients are of meshes that the form need not be integrated over
        integrands = [integral.integrand() for integral in form.integrals()]
        terminals = [each for part in integrands for each in traverse_unique_terminals(part)]
        domains += [domain for each in terminals for domain in extract_domains(each)]
        self._domains = {domain.ufl_id() for domain in domains}
        self._before: bytes | None = None

    def forget(self, moved: Collection[int] | None = None) -> None:
        """Take all for changed, if a mesh that it depends on has moved.

        Args:
            moved: numbers of meshes that have moved, of `number_of`; None for all.
        """
        if moved is None or not self._domains.isdisjoint(moved):
            self._before = None

    def changed(self) -> bool:
        """Return whether any of them has changed on this rank since it was last asked."""
        if not self._settle:
            return True
        now = b"".join([numbers.tobytes() for numbers in self._numbers])
        if now == self._before:
            return False
        self._before = now
        return True


def number_of(mesh: Mesh) -> int:
    """Return the number by which forms know a mesh."""
    domain: Any = mesh.ufl_domain()
    return int(domain.ufl_id())
