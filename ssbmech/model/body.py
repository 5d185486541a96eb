# SPDX-License-Identifier: BSD-3-Clause
"""A body in the model: its mesh, and the list of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import MeshTags

from ssbmech._compat import Submesh, compile_form, constant, part_entity_maps
from ssbmech.case.body import Body as CaseBody
from ssbmech.frames import Expr, Frame, WeightedMeasure
from ssbmech.geometry.subdomains import BodyMesh
from ssbmech.model.history import RegionHistory
from ssbmech.model.integrals import owned_integrals
from ssbmech.model.kinematics import Kinematics
from ssbmech.model.part import Part, Parts, Setting, check_equations
from ssbmech.solve.residual import FormGroup
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]


@dataclass(eq=False)
class BodyModel:
    """A body: a mesh with regions and faces, and what goes on in it.

    Attributes:
        case_body: the case's body.
        mesh: the body's mesh.
        setting: what it shares with the rest of the cell.
        u: displacement [m].
        kinematics: what its displacements are counted from.
        parts: its physics.
        submeshes: meshes of regions that carry fields of their own.
        group: residual forms on the body's own mesh.
        references: forms whose norms size the residuals.
    """

    case_body: CaseBody
    mesh: BodyMesh
    setting: Setting
    u: Unknown
    kinematics: Kinematics
    parts: Parts[Part] = field(default_factory=Parts)
    submeshes: list[Submesh] = field(default_factory=list)
    group: FormGroup = field(init=False)
    references: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the body."""
        return self.mesh.name

    @property
    def frame(self) -> Frame:
        """Kinematic frame."""
        return self.setting.frame

    @property
    def unknowns(self) -> list[Unknown]:
        """The body's fields."""
        return self.parts.unknowns

    @property
    def groups(self) -> list[FormGroup]:
        """The residual forms, all of them on the body's own mesh."""
        return [self.group]

    @property
    def quadrature_degree(self) -> int:
        """Degree of the bulk quadrature [1]."""
        elements = self.setting.discretisation
        default = 2 * elements.degree if self.frame.revolves else max(2 * elements.degree - 2, 1)
        return elements.quadrature_degree or default

    @property
    def owned_cells(self) -> int:
        """Number of cells that this rank owns [1]."""
        topology = self.mesh.mesh.topology
        return int(topology.index_map(topology.dim).size_local)

    @cached_property
    def volumes(self) -> Array:
        """Volumes of the owned cells [m3], in plane strain per metre of depth [m2]; collective."""
        return owned_integrals(self._volume_form)

    @cached_property
    def _volume_form(self) -> Any:
        """What gives the volumes wherever the mesh is; collective."""
        mesh = self.mesh.mesh
        scalars = fem.functionspace(mesh, ("DG", 0))
        form = constant(mesh, 1.0) * ufl.TestFunction(scalars) * self.dx
        return compile_form(form, None)

    @property
    def dx(self) -> WeightedMeasure:
        """Weighted measure of the whole body; called with a tag, of a region."""
        return self.measure("dx", self.mesh.cell_tags)

    @property
    def ds(self) -> WeightedMeasure:
        """Weighted measure of all outer faces; called with a tag, of one of them."""
        return self.measure("ds", self.mesh.facet_tags)

    def measure(self, ufl_name: str, tags: MeshTags) -> WeightedMeasure:
        """Return the weighted measure "dx" or "ds" with tags of the cells or the outer facets."""
        mesh = self.mesh.mesh
        metadata = {"quadrature_degree": self.quadrature_degree, "quadrature_scheme": "default"}
        measure = ufl.Measure(ufl_name, domain=mesh, subdomain_data=tags, metadata=metadata)
        return WeightedMeasure(measure, self.frame.weight(ufl.SpatialCoordinate(mesh)))

    def region(self, name: str) -> WeightedMeasure:
        """Return the weighted measure of a region."""
        return self.dx(self.mesh.regions[name])

    def cells(self, region: str) -> npt.NDArray[np.int32]:
        """Return the local cells of a region, owned and ghost."""
        return np.asarray(self.mesh.cell_tags.find(self.mesh.regions[region]), dtype=np.int32)

    def mesh_moved(self) -> None:
        """Forget what was measured on the mesh before it moved."""
        self.__dict__.pop("volumes", None)
        for memory in self.parts.memory:
            if isinstance(memory, RegionHistory):
                memory.forget_volumes()

    def write_forms(self) -> None:
        """Join the terms of the parts, once all of them are there."""
        maps = part_entity_maps(self.mesh.mesh, self.submeshes) if self.submeshes else None
        residual, sizes = self.parts.residual(), self.parts.references()
        check_equations(f"body {self.name!r}", self.unknowns, residual, sizes)
        self.group = FormGroup(self.name, residual, maps)
        self.references = {key: [(self.name, form)] for key, form in sizes.items()}

    def test(self, unknown: Unknown) -> Expr:
        """Return the test function of a field."""
        return ufl.TestFunction(unknown.function.function_space)


def new_body(
    case_body: CaseBody, mesh: BodyMesh, setting: Setting, kinematics: Kinematics
) -> BodyModel:
    """Return a body without parts; collective."""
    degree, dim = setting.discretisation.degree, setting.frame.dim
    young = max(m.solid.stiffness for m in case_body.materials.values())
    space = fem.functionspace(mesh.mesh, ("Lagrange", degree, (dim,)))
    u = Unknown(
        "u",
        mesh.name,
        fem.Function(space, name="displacement"),
        setting.scales.length * setting.scales.stress / young,
    )
    return BodyModel(case_body, mesh, setting, u, kinematics)


def hold_throughout(unknown: Unknown, components: Sequence[int]) -> None:
    """Prescribe components of a field in the whole body, at the values that they have."""
    nodes = np.arange(unknown.owned // unknown.block_size, dtype=np.int32)
    dofs = nodes[:, None] * unknown.block_size + np.asarray(components, dtype=np.int32)[None, :]
    unknown.fix(dofs.astype(np.int32).ravel())


def hold(
    unknown: Unknown, mesh: BodyMesh, face: str, components: Sequence[int]
) -> npt.NDArray[np.int32]:
    """Return the local dofs (unrolled) of components of a field on a face; collective."""
    space = unknown.function.function_space
    dim = mesh.mesh.topology.dim
    blocks = fem.locate_dofs_topological(space, dim - 1, mesh.facets(face))
    size = unknown.block_size
    return (
        (blocks[:, None] * size + np.asarray(components, dtype=np.int32)[None, :])
        .astype(np.int32)
        .ravel()
    )
