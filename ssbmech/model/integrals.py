# SPDX-License-Identifier: BSD-3-Clause
r"""Integrals against all test functions of a space: the numbers that an assembled linear form is.

.. math:: b_i = \int f \, \psi_i \, dx

What is assembled again and again within a step keeps a vector of its own instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from dolfinx import fem, la

Array = npt.NDArray[np.float64]


def owned_integrals(form: Any) -> Array:
    """Return a compiled linear form at the dofs that this rank owns; collective.

    Components of a vector follow each other, dof by dof. The unit is the integrand's times that of
    the measure.
    """
    vector = _summed(form)
    return np.array(vector.array[: vector.index_map.size_local * vector.block_size])


def local_integrals(form: Any) -> Array:
    """Return a compiled linear form at owned and ghost dofs, as `owned_integrals`; collective."""
    vector = _summed(form)
    vector.scatter_forward()
    return np.array(vector.array)


def _summed(form: Any) -> la.Vector:
    """Return a compiled linear form, summed over ranks where it is owned; collective."""
    vector: la.Vector = fem.assemble_vector(form)
    vector.scatter_reverse(la.InsertMode.add)
    return vector
