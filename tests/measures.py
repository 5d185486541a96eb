# SPDX-License-Identifier: BSD-3-Clause
"""Volumes, areas and numbers of cells of the named parts of a mesh."""

from __future__ import annotations

import dolfinx
import numpy as np
import ufl

from ssbmech.geometry.tagged_mesh import TaggedMesh


def measure(tagged: TaggedMesh, kind: str, tag: int) -> float:
    """Return the volume of a region ("dx"), or the area of a face ("ds") or interface ("dS")."""
    tags = tagged.cell_tags if kind == "dx" else tagged.facet_tags
    over = ufl.Measure(kind, domain=tagged.mesh, subdomain_data=tags)(tag)
    one = dolfinx.fem.Constant(tagged.mesh, 1.0)
    form = dolfinx.fem.form((ufl.avg(one) if kind == "dS" else one) * over)
    return float(tagged.comm.allreduce(dolfinx.fem.assemble_scalar(form)))


def global_counts(tagged: TaggedMesh) -> dict[str, int]:
    """Return the number of cells per region and of facets per face and interface, of all ranks."""
    counts = {}
    for tags, names in (
        (tagged.cell_tags, tagged.regions),
        (tagged.facet_tags, {**tagged.faces, **tagged.interfaces}),
    ):
        owned = tagged.mesh.topology.index_map(tags.dim).size_local
        for name, tag in names.items():
            found = int(np.count_nonzero(tags.find(tag) < owned))
            counts[name] = tagged.comm.allreduce(found)
    return counts
