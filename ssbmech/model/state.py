# SPDX-License-Identifier: BSD-3-Clause
"""History variables at the integration points of a region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import basix.ufl
import numpy as np
import numpy.typing as npt
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_expression, element_points
from ssbmech.frames import Expr, Frame
from ssbmech.materials.elastic import Solid


@dataclass(eq=False)
class RegionHistory:
    """What the solid law of one region carries from step to step.

    Attributes:
        cells: cells of the region, local to the body.
        committed: value at the start of the step, by variable name.
        unpacked: the same as UFL expressions the law understands.
    """

    cells: npt.NDArray[np.int32]
    committed: dict[str, fem.Function] = field(default_factory=dict)
    unpacked: dict[str, Expr] = field(default_factory=dict)
    _updates: dict[str, fem.Expression] = field(default_factory=dict)
    _next: dict[str, fem.Function] = field(default_factory=dict)

    @classmethod
    def start(
        cls,
        law: Solid,
        mesh: Mesh,
        frame: Frame,
        cells: npt.NDArray[np.int32],
        quadrature_degree: int,
    ) -> RegionHistory:
        """Return the history at the start of a run.

        Deviatoric tensors start at zero, scalars at their initial value.
        """
        history = cls(cells)
        for variable in law.state_variables:
            tensor = variable.initial is None
            element = basix.ufl.quadrature_element(
                mesh.basix_cell(),
                value_shape=(frame.deviator_size,) if tensor else (),
                scheme="default",
                degree=quadrature_degree,
            )
            space = fem.functionspace(mesh, element)
            value = fem.Function(space, name=variable.name)
            value.x.array[:] = 0.0 if variable.initial is None else variable.initial
            history.committed[variable.name] = value
            history.unpacked[variable.name] = frame.unpack(value) if tensor else value
            history._next[variable.name] = fem.Function(space)
        return history

    def follow(self, frame: Frame, new_state: Mapping[str, Expr]) -> None:
        """Compile the expressions that give the state at the end of a step; collective."""
        for name, value in self.committed.items():
            expression = new_state[name]
            packed = frame.pack(expression) if value.ufl_shape else expression
            self._updates[name] = compile_expression(packed, element_points(value.function_space))

    def commit(self) -> None:
        """Advance the state by the step that was just solved."""
        for name, expression in self._updates.items():
            self._next[name].interpolate(expression, self.cells)
        for name, value in self.committed.items():
            value.x.array[:] = self._next[name].x.array
