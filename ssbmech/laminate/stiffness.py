# SPDX-License-Identifier: BSD-3-Clause
r"""Elastic constants of a laminate of isotropic layers, exact for wide layers.

With the shares f of the layers, averages :math:`\langle\cdot\rangle` by them, and
:math:`M = \lambda + 2\mu`:

.. math:: C_{33} = \langle M^{-1} \rangle^{-1}, \quad
          C_{13} = C_{33} \langle \lambda / M \rangle, \quad
          C_{11} = \langle M - \lambda^2 / M \rangle + \langle \lambda / M \rangle^2 C_{33}

.. math:: C_{12} = \langle \lambda - \lambda^2 / M \rangle + \langle \lambda / M \rangle^2 C_{33},
          \quad C_{44} = \langle \mu^{-1} \rangle^{-1}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ssbmech.materials.elastic import Elastic


@dataclass(frozen=True)
class ElasticConstants:
    """Constants of a transversely isotropic solid, with 3 across the layers [Pa]."""

    c11: float
    c12: float
    c13: float
    c33: float
    c44: float


def elastic_constants(thickness: Sequence[float], laws: Sequence[Elastic]) -> ElasticConstants:
    """Return the constants of layers.

    Args:
        thickness: of the layers [m].
        laws: their elasticity.
    """
    shares = np.asarray(thickness, dtype=float) / np.sum(thickness)
    mu = np.array([law.shear for law in laws])
    lam = np.array([law.bulk - 2 / 3 * law.shear for law in laws])
    m = lam + 2 * mu
    c33 = 1 / float(shares @ (1 / m))
    across = float(shares @ (lam / m))
    bends = across**2 * c33
    return ElasticConstants(
        c11=float(shares @ (m - lam**2 / m)) + bends,
        c12=float(shares @ (lam - lam**2 / m)) + bends,
        c13=c33 * across,
        c33=c33,
        c44=1 / float(shares @ (1 / mu)),
    )
