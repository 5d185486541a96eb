# SPDX-License-Identifier: BSD-3-Clause
"""A manufactured solution for all fields of a host beside an electrolyte.

The host lies below the electrolyte. Smooth functions are given for displacements, concentration and
potentials; sources in volumes and on faces, from the equations in strong form, make them the
solution of one time step. Displacement and potential jump across the interface. What lives on the
interface, gap, slip and current, follows from the rest and has no source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import numpy as np
import ufl
from dolfinx.mesh import Mesh

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.frames import Expr, Frame, WeightedMeasure
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import ArrheniusDiffusivity, Host, IdealOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import Swelling
from ssbmech.materials.transport import ElectronConductor, IonConductor
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Unknown
from tests.parts import Electrons, Ions, Lithium, part

INTERFACE = "host|electrolyte"
WIDTH, LEVEL, HEIGHT = 10e-6, 6e-6, 11e-6
RT = GAS_CONSTANT * 298.15

# Numbers that make the terms of each equation comparable: strains by load, swelling and bond,
# chemical potentials by content and stress, storage and diffusion, drops of potential at the
# interface and in the bodies.
GLASS, OXIDE = Elastic(young=30e9, poisson=0.3), Elastic(young=150e9, poisson=0.25)
C_MAX, OMEGA, START, DIFFUSIVITY, DT = 5e4, 1e-6, 0.4, 1e-14, 4000.0
U_0, PHI_S, KAPPA, SIGMA = 3.7, 3.74, 2e-3, 2e-3
I_0, ALPHA, ROUGHNESS = 5.0, 0.4, 80e-9


@dataclass(frozen=True)
class Problem:
    """What differs between the problems.

    Attributes:
        name: name for figures.
        frame: kinematic frame.
        swelling: swelling law of the host.
        spread: its factors of the strain along and across the layers [1].
        axis: crystal axis.
        phase: shift of the exact fields along x [1]; without it they are symmetric about x = 0.
        bond: adhesion; None for a gap everywhere.
        gap: half of the largest initial gap [m].
        drop: variation of the host's electronic potential [V]; without it the host has one.
    """

    name: str
    frame: Frame
    swelling: Swelling
    spread: tuple[float, float]
    axis: tuple[float, float, float]
    phase: float
    bond: ssb.BilinearCohesion | None = None
    gap: float = 0.0
    drop: float = 0.0


@dataclass(frozen=True)
class Waves:
    """The fields that are given, at a position, written for numbers and for UFL alike.

    Attributes:
        problem: the problem.
        x: position [m].
        tools: NumPy or UFL.
    """

    problem: Problem
    x: Any
    tools: Any

    def _waves(self, along: float, up: float, shift: float) -> tuple[Any, Any, Any, Any]:
        """Return sine and cosine along x, sine and cosine along y."""
        a = along * self.x[0] / WIDTH + self.problem.phase
        b = up * self.x[1] / WIDTH + shift
        return self.tools.sin(a), self.tools.cos(a), self.tools.sin(b), self.tools.cos(b)

    @property
    def host(self) -> tuple[Any, Any]:
        """Displacement of the host [m]."""
        odd, even, sine, cosine = self._waves(2.2, 1.9, 0.3)
        return 1e-8 * odd * cosine, 1e-8 * even * sine

    @property
    def electrolyte(self) -> tuple[Any, Any]:
        """Displacement of the electrolyte [m]."""
        odd, even, sine, cosine = self._waves(1.8, 2.1, 0.0)
        return 8e-9 * odd * cosine, 25e-9 * even * sine + 30e-9

    @property
    def initial_gap(self) -> Any:
        """Gap before anything moves [m]."""
        _, even, _, _ = self._waves(1.5, 0.0, 0.0)
        return self.problem.gap * (1 + even)

    @property
    def content(self) -> Any:
        """Content of the host [1]."""
        _, even, _, cosine = self._waves(2.5, 2.0, 0.5)
        return 0.5 + 0.15 * even * cosine

    @property
    def mu(self) -> Any:
        """Chemical potential in the host [J/mol]."""
        _, even, sine, _ = self._waves(1.6, 2.2, 0.0)
        return RT * even * sine - FARADAY * U_0

    @property
    def phi_s(self) -> Any:
        """Electronic potential of the host [V], one value at the bottom."""
        _, even, sine, _ = self._waves(1.9, 1.4, 0.0)
        return PHI_S + self.problem.drop * even * sine

    @property
    def phi_e(self) -> Any:
        """Ionic potential of the electrolyte [V]."""
        _, even, _, cosine = self._waves(2.3, 1.5, 0.7)
        return 0.02 * even * cosine


@dataclass(frozen=True)
class Balance:
    """A balance, stored - div(flux) = source.

    Attributes:
        unknown: field whose equation it is.
        stored: storage.
        flux: flux as it stands beside the gradient of the test function: a vector, or the stress.
        leaving: what the interface takes out of the body, per area.
    """

    unknown: Unknown
    stored: Expr
    flux: Expr
    leaving: Expr


class Exact:
    """The exact fields on a mesh and what follows from them by the equations in strong form."""

    def __init__(self, problem: Problem, mesh: Mesh) -> None:
        self.problem, self.x = problem, ufl.SpatialCoordinate(mesh)
        self.given = Waves(problem, self.x, ufl)
        self.host = ufl.as_vector(self.given.host)
        self.electrolyte = ufl.as_vector(self.given.electrolyte)
        #: u_plus - u_minus [m]; the normal of the interface is along y.
        self.jump = self.electrolyte - self.host
        self.gap = self.given.initial_gap + self.jump[1]
        along, across = problem.spread
        axis = ufl.as_vector(problem.axis)
        shape = along * (ufl.Identity(3) - ufl.outer(axis, axis)) + across * ufl.outer(axis, axis)
        #: Partial molar volume as a tensor [m3/mol].
        self.molar_volume = OMEGA / 3 * shape

    def stress(self, solid: Elastic, u: Expr, free: Expr | None = None) -> Expr:
        """Return the stress of a displacement and a free strain by Hooke's law [Pa]."""
        e = ufl.sym(ufl.grad(u))
        hoop = u[0] / self.x[0] if self.problem.frame.revolves else 0
        strain = ufl.as_tensor([[e[0, 0], e[0, 1], 0], [e[1, 0], e[1, 1], 0], [0, 0, hoop]])
        strain = strain if free is None else strain - free
        ratio = solid.poisson / (1 - 2 * solid.poisson)
        spherical = ratio * ufl.tr(strain) * ufl.Identity(3)
        return solid.young / (1 + solid.poisson) * (strain + spherical)

    @property
    def host_stress(self) -> Expr:
        """Stress in the host [Pa]."""
        free = self.molar_volume * C_MAX * (self.given.content - START)
        return self.stress(OXIDE, self.host, free)

    @property
    def mu_excess(self) -> Expr:
        """Chemical potential over that of content and stress, its source [J/mol]."""
        x = self.given.content
        work = ufl.inner(self.molar_volume, self.host_stress)
        return self.given.mu - (RT * ufl.ln(x / (1 - x)) - FARADAY * U_0 - work)

    @property
    def current(self) -> Expr:
        """Current density through the interface [A/m2]; a bond conducts in full."""
        given = self.given
        x, t = given.content, self.gap / ROUGHNESS
        eta = (FARADAY * (given.phi_s - given.phi_e) + given.mu) / RT
        theta = (1 - t) ** 2 * (1 + 2 * t) if self.problem.bond is None else 1.0
        i_0 = 2 * I_0 * x ** (1 - ALPHA) * (1 - x) ** ALPHA
        return theta * i_0 * (ufl.exp(ALPHA * eta) - ufl.exp((ALPHA - 1) * eta))

    @property
    def traction(self) -> Expr:
        """Traction of the bond on the host [Pa]."""
        bond = self.problem.bond
        return (0.0 if bond is None else bond.initial_stiffness) * self.jump

    def balances(self, body: BodyModel) -> Iterator[Balance]:
        """Yield the balances of a body."""
        given, rest = self.given, ufl.zero(2)
        lithium = part(body, Lithium)
        if lithium is None:
            stress = self.stress(GLASS, self.electrolyte)
            yield Balance(body.u, rest, stress, self.traction)
            yield Balance(part(body, Ions).phi_e, 0.0, KAPPA * ufl.grad(given.phi_e), -self.current)
            return
        x = given.content
        mobility = DIFFUSIVITY / RT * C_MAX * x * (1 - x)
        stored = C_MAX * (x - START) / DT
        yield Balance(body.u, rest, self.host_stress, -self.traction)
        yield Balance(lithium.c, stored, mobility * ufl.grad(given.mu), self.current / FARADAY)
        for electrons in body.parts.find(Electrons):
            yield Balance(electrons.phi_s, 0.0, SIGMA * ufl.grad(given.phi_s), self.current)

    def fields(self, body: BodyModel) -> dict[str, tuple[Unknown, Expr, Expr]]:
        """Return the unknowns of a body by name, their exact values and what these vary about."""
        given, zero, lithium = self.given, ufl.zero(2), part(body, Lithium)
        if lithium is None:
            return {
                "phi_e": (part(body, Ions).phi_e, given.phi_e, 0.0),
                "u of the electrolyte": (body.u, self.electrolyte, zero),
            }
        found = {
            "c": (lithium.c, C_MAX * given.content, C_MAX * START),
            "mu": (lithium.mu, given.mu, -FARADAY * U_0),
            "u of the host": (body.u, self.host, zero),
        }
        for electrons in body.parts.find(Electrons):
            found["phi_s"] = (electrons.phi_s, given.phi_s, PHI_S)
        return found

    def divergence(self, flux: Expr) -> Expr:
        """Return the divergence of a vector in the plane, or of the stress."""
        plane = in_plane(flux)
        if not self.problem.frame.revolves:
            return ufl.div(plane)
        radial, r = ufl.unit_vector(0, 2), self.x[0]
        found = ufl.div(plane) + ufl.dot(plane, radial) / r
        return found if plane is flux else found - flux[2, 2] / r * radial


def in_plane(flux: Expr) -> Expr:
    """Return the components in the plane of a stress; a vector is in it already."""
    if flux.ufl_shape == (2,):
        return flux
    return ufl.as_tensor([[flux[i, j] for j in range(2)] for i in range(2)])


class Manufactured(CellModel):
    """A cell with the sources of the exact fields."""

    def __init__(self, problem: Problem, size: float) -> None:
        case = case_of(problem, size)
        self.problem = problem
        super().__init__(case, case.geometry.build(MPI.COMM_WORLD))

    def _build_system(self) -> System:
        for body in self.bodies.values():
            exact = Exact(self.problem, body.mesh.mesh)
            for balance in exact.balances(body):
                body.group.residual[balance.unknown.key] -= self._source(body, exact, balance)
            for lithium in body.parts.find(Lithium):
                mu = lithium.mu
                q = ufl.TestFunction(mu.function.function_space)
                body.group.residual[mu.key] -= exact.mu_excess * q * fine(body.dx)
        return super()._build_system()

    def _source(self, body: BodyModel, exact: Exact, balance: Balance) -> Expr:
        """Return the source of a balance in weak form, in the volume and on all faces."""
        test = ufl.TestFunction(balance.unknown.function.function_space)
        dx, ds = fine(body.dx), fine(body.ds)
        interface = self.tagged.interfaces[INTERFACE]
        # the axis is no face, and u_r / r has no value on it
        axis = "left" if self.problem.frame.revolves else None
        faces = tuple(tag for name, tag in body.mesh.faces.items() if name != axis)
        inside = balance.stored - exact.divergence(balance.flux)
        through = ufl.dot(in_plane(balance.flux), ufl.FacetNormal(body.mesh.mesh))
        form = ufl.inner(inside, test) * dx
        form += ufl.inner(through, test) * ds((*faces, interface))
        return form + ufl.inner(balance.leaving, test) * ds(interface)


def fine(coarse: WeightedMeasure) -> WeightedMeasure:
    """Return a measure as one on which integrals of smooth functions are all but exact."""
    return WeightedMeasure(coarse.measure(degree=6), coarse.weight)


def case_of(problem: Problem, size: float) -> ssb.Case:
    """Return the case without its sources, with cells of a size [m]."""

    def given(x: np.ndarray) -> Waves:
        return Waves(problem, x, np)

    kinetics = ssb.ButlerVolmer(
        I_0, ALPHA, sites=ssb.HostSites(), conduction=ssb.GapConduction(ROUGHNESS)
    )
    gap = None if problem.bond is not None else lambda x: given(x).initial_gap
    glass = Material("glass", GLASS, conductor=IonConductor(KAPPA))
    symmetry = (ssb.Roller("left"),) if problem.frame.revolves else ()
    return ssb.Case(
        name="manufactured",
        geometry=ssb.Stack(
            frame=problem.frame,
            layers=(ssb.Layer("host", LEVEL), ssb.Layer("electrolyte", HEIGHT - LEVEL)),
            width=WIDTH,
            size_interface=size,
            size_bulk=size,
        ),
        bodies=(host_of(problem), ssb.Body.single("electrolyte", glass)),
        interfaces=(
            ssb.Interface(INTERFACE, kinetics=kinetics, adhesion=problem.bond, initial_gap=gap),
        ),
        supports=(
            ssb.Clamp("bottom", lambda x, time: np.array(given(x).host)),
            ssb.Clamp("top", lambda x, time: np.array(given(x).electrolyte)),
            *symmetry,
        ),
        electrodes=ssb.Electrodes(working=INTERFACE),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("top", lambda x: given(x).phi_e),)),
        scales=ssb.Scales(stress=1e8),
        protocol=(ssb.Rest(DT),),
        newton=ssb.NewtonSettings(tolerance=1e-9),
    )


def host_of(problem: Problem) -> ssb.Body:
    """Return the body that hosts lithium."""
    host = Host(
        c_max=C_MAX,
        ocv=IdealOcv(U_0),
        diffusivity=ArrheniusDiffusivity(DIFFUSIVITY),
        swelling=problem.swelling,
        density=4800.0,
        x_empty=0.1,
        x_full=0.9,
    )
    oxide = Material("oxide", OXIDE, host=host, electronic=ElectronConductor(SIGMA))
    axis = np.array(problem.axis)[:, None]
    return ssb.Body(
        "host",
        {"host": oxide},
        content={"host": START},
        crystal_axis=lambda x: np.repeat(axis, x.shape[1], axis=1),
        feed="bottom" if problem.drop else None,
    )
