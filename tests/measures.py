# SPDX-License-Identifier: BSD-3-Clause
"""Volumes and areas of the named parts of a mesh."""

from __future__ import annotations

import dolfinx
import ufl

from ssbmech.geometry.tagged_mesh import TaggedMesh


def measure(tagged: TaggedMesh, kind: str, tag: int) -> float:
    """Return the volume of a region ("dx"), or the area of a face ("ds") or interface ("dS")."""
    tags = tagged.cell_tags if kind == "dx" else tagged.facet_tags
    over = ufl.Measure(kind, domain=tagged.mesh, subdomain_data=tags)(tag)
    one = dolfinx.fem.Constant(tagged.mesh, 1.0)
    form = dolfinx.fem.form((ufl.avg(one) if kind == "dS" else one) * over)
    return float(tagged.comm.allreduce(dolfinx.fem.assemble_scalar(form)))
