# SPDX-License-Identifier: BSD-3-Clause
r"""Battery Parameter eXchange: what a BPX file tells of active materials, as laws of this package.

    cell = read_bpx("cell.json")
    nmc = cell.positive["positive electrode"]
    material = nmc.material(solid=Elastic(...), swelling=VolumeSwelling(...), density=4870.0)
    kinetics = nmc.kinetics(film_resistance=...)

BPX (https://bpxstandard.com) describes porous electrodes with a liquid electrolyte. Of it holds for
a particle in a solid electrolyte: the open-circuit potential, its entropic coefficient, the lithium
that a particle can hold, the window of use, the diffusivity and the rate constant. What a file
gives of these is carried over as follows.

- The diffusivity of BPX is that of Fick's law. The law of a `Host` has the self-diffusivity, which
  is smaller by the thermodynamic factor of the potential that is carried over with it,
  :math:`\chi = -(F x (1 - x) / RT) \, dU/dx`; as that falls with 1/T, its activation energy is RT
  larger.
- The exchange current density is :math:`F k \sqrt{x (1 - x)}` at the electrolyte's reference
  concentration, which a single-ion conductor keeps; so `i_0` of `ButlerVolmer`, which counts at
  half filling, is :math:`F k / 2`. Its activation energy is that of k less RT (`ButlerVolmer`).
- Functions and tables become curves of so many points that they are met within a tolerance.

Not carried over: porosity, transport efficiency and the conductivity of an electrode, which is that
of its porous matrix; the electrolyte, unless its cations carry all of the current. BPX has no
mechanics: `BpxCell.lacks` lists what has to come from elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ssbmech.constants import FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.errors import ParameterError
from ssbmech.interfaces.contact import Conduction, GapConduction
from ssbmech.interfaces.kinetics import ButlerVolmer, HostSites
from ssbmech.library.bpx_functions import (
    BpxFunction,
    Floats,
    curve_of,
    function_of,
    number_of,
    section_of,
)
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Solid
from ssbmech.materials.entropy import ConstantEntropy, Entropic, TableEntropy
from ssbmech.materials.host import Host, TableDiffusivity, TableOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import Swelling
from ssbmech.materials.transport import ElectronConductor, IonConductor
from ssbmech.parameter import Provenance, Source

_LACKS: Final = {
    "solid": "an elastic law of the particles, such as Elastic(young, poisson)",
    "swelling": "how their volume follows the lithium, such as VolumeSwelling(Curve(...))",
    "density": "the density of the crystal [kg/m3]",
}
_OF_CELL: Final = (
    "electrolyte: elastic law, single-ion conductivity, strength and toughness",
    "metal electrode, if there is one: creep law, molar volume, kinetics",
    "interfaces: film resistance, contact and adhesion, voids",
    "stack pressure and fixture",
)

MILLIVOLT: Final = 1e-3
"""Tolerance of open-circuit potentials [V]."""


@dataclass(frozen=True)
class BpxParticle:
    """An active material of a BPX file.

    Attributes:
        name: name of the electrode, or of the material in a blended one.
        radius: radius of its particles [m].
        c_max: lithium at x = 1 [mol/m3].
        x_empty: least content in use [1].
        x_full: largest content in use [1].
        ocp: open-circuit potential against content [V].
        entropy: entropic coefficient [V/K]; None if there is none.
        diffusivity: chemical diffusivity against content [m2/s].
        rate: rate constant of the reaction [mol/m2/s].
        activation_diffusion: activation energy of the diffusivity [J/mol].
        activation_rate: activation energy of the rate constant [J/mol].
        temperature: temperature of all numbers [K].
        title: title of the file.
    """

    name: str
    radius: float
    c_max: float
    x_empty: float
    x_full: float
    ocp: BpxFunction = field(repr=False)
    entropy: BpxFunction | None = field(repr=False)
    diffusivity: BpxFunction = field(repr=False)
    rate: float
    activation_diffusion: float
    activation_rate: float
    temperature: float
    title: str

    def host(self, swelling: Swelling | None = None, density: float | None = None) -> Host:
        """Return the host of lithium.

        Args:
            swelling: how its volume follows the content.
            density: density of the crystal [kg/m3].

        Raises:
            ParameterError: something is missing, or a number is out of its bounds, such as a
                potential that does not decrease with the content.
        """
        self._need(swelling=swelling, density=density)
        assert swelling is not None and density is not None  # noqa: S101
        ends = (self.x_empty, self.x_full)
        curve = curve_of(self.ocp, *ends, MILLIVOLT)
        ocv = TableOcv(curve, self._entropic(), reference_temperature=self._t)
        return Host(
            c_max=self.c_max,
            ocv=ocv,
            diffusivity=self._self_diffusivity(ocv.curve),
            swelling=swelling,
            density=density,
            x_empty=self.x_empty,
            x_full=self.x_full,
        )

    def material(
        self,
        *,
        solid: Solid | None = None,
        swelling: Swelling | None = None,
        density: float | None = None,
        electronic: ElectronConductor | None = None,
        name: str = "",
    ) -> Material:
        """Return the material of the particles, with the sources of its numbers.

        Args:
            solid: mechanical law, of which BPX knows nothing.
            swelling: how its volume follows the content, of which it knows nothing either.
            density: density of the crystal [kg/m3].
            electronic: electronic conduction of the particles themselves.
            name: name of the material; that of the file if empty.

        Raises:
            ParameterError: something is missing: the message lists all of it; or a number is out of
                its bounds.
        """
        self._need(solid=solid, swelling=swelling, density=density)
        assert solid is not None  # noqa: S101
        made = Material(
            name or f"{self.name} of BPX",
            solid,
            host=self.host(swelling, density),
            electronic=electronic,
        )
        return replace(made, sources=self._sources(made))

    def kinetics(
        self, film_resistance: float = 0.0, conduction: Conduction | None = None
    ) -> ButlerVolmer:
        """Return the charge transfer at the particles' surface.

        Args:
            film_resistance: area resistance of a film, of which BPX knows nothing [ohm m2].
            conduction: what turns contact into a conducting fraction.
        """
        energy = max(self.activation_rate - GAS_CONSTANT * self._t, 0.0)
        source = Source(
            "bpx", f"rate constant {self.rate:g} mol/m2/s of {self.title!r}", self._t,
            "fitted with a liquid electrolyte: the interface with a solid one is another",
            Provenance.DERIVED,
        )  # fmt: skip
        return ButlerVolmer(
            i_0=FARADAY * self.rate / 2,
            film_resistance=film_resistance,
            sites=HostSites(),
            conduction=conduction or GapConduction(),
            activation_energy=energy if self.activation_rate else None,
            reference_temperature=self._t,
            sources={"i_0": source},
        )

    @property
    def _t(self) -> float:
        return self.temperature

    def _entropic(self) -> Entropic | None:
        """Return the entropic coefficient."""
        if self.entropy is None:
            return None
        if self.entropy.constant is not None:
            return ConstantEntropy(self.entropy.constant)
        return TableEntropy(curve_of(self.entropy, self.x_empty, self.x_full, 1e-6))

    def _self_diffusivity(self, ocv: Curve) -> TableDiffusivity:
        """Return the self-diffusivity that makes the chemical one with the potential's slope."""

        def logarithm(x: Floats) -> Floats:
            slope = -ocv.numeric_slope(x)
            factor = FARADAY * x * (1 - x) / (GAS_CONSTANT * self._t) * slope
            return np.asarray(np.log10(self.diffusivity.at(x) / factor))

        # the factor is zero at empty and full sites
        low, high = max(self.x_empty, 1e-3), min(self.x_full, 1 - 1e-3)
        energy = self.activation_diffusion
        return TableDiffusivity(
            curve_of(BpxFunction(logarithm, None), low, high, 0.02),
            activation_energy=energy + GAS_CONSTANT * self._t if energy else None,
            reference_temperature=self._t,
        )

    def _need(self, **given: object) -> None:
        """Refuse to make up what BPX does not know.

        Raises:
            ParameterError: something is missing.
        """
        missing = [f"{key}= ({_LACKS[key]})" for key, value in given.items() if value is None]
        if missing:
            raise ParameterError(
                f"BPX tells nothing of the mechanics of {self.name!r}; give " + ", ".join(missing)
            )

    def _sources(self, made: Material) -> dict[str, Source]:
        """Return the sources of what comes from the file."""
        read = Source("bpx", f"of the file {self.title!r}", self._t, "", Provenance.SECONDARY)
        return {path: read for path in made.unsourced() if path.startswith(_CARRIED)}


_CARRIED: Final = (
    "host.c_max", "host.ocv", "host.diffusivity", "host.x_empty", "host.x_full",
)  # fmt: skip


@dataclass(frozen=True)
class BpxCell:
    """A BPX file.

    Attributes:
        title: its title.
        version: version of the format.
        negative: active materials of the negative electrode by name.
        positive: active materials of the positive electrode by name.
        area: area of an electrode [m2].
        thicknesses: thickness of each layer by its name in the file [m].
        capacity: nominal capacity of the cell [A h].
        lower_voltage: voltage at which it is empty [V].
        upper_voltage: voltage at which it is full [V].
        electrolyte: the file's section on it.
    """

    title: str
    version: str
    negative: Mapping[str, BpxParticle]
    positive: Mapping[str, BpxParticle]
    area: float
    thicknesses: Mapping[str, float]
    capacity: float
    lower_voltage: float
    upper_voltage: float
    electrolyte: Mapping[str, Any] = field(repr=False)

    def conductor(self, temperature: float = ROOM_TEMPERATURE) -> IonConductor:
        """Return the electrolyte as a single-ion conductor.

        Args:
            temperature: temperature of its conductivity [K].

        Raises:
            ParameterError: its anions carry current too, as in every liquid, so that it has a
                concentration, which this package's electrolytes have not.
        """
        section = self.electrolyte
        share = float(section.get("Cation transference number", 0.0))
        if share != 1.0:
            raise ParameterError(
                f"the electrolyte of {self.title!r} has a transference number of {share:g}: a "
                "single-ion conductor has 1. Take a solid electrolyte, such as "
                "library.by_name('li6ps5cl')"
            )
        conductivity = function_of(section, "Conductivity [S.m-1]", "Electrolyte")
        if conductivity.constant is None:
            raise ParameterError(
                f"the electrolyte of {self.title!r} has a conductivity by concentration: a "
                "single-ion conductor has one concentration"
            )
        energy = float(section.get("Conductivity activation energy [J.mol-1]", 0.0))
        return IonConductor(conductivity.constant, energy, temperature)

    def lacks(self) -> list[str]:
        """Return what a cell with mechanics needs and BPX does not tell, in words."""
        particles = {**self.negative, **self.positive}
        found = [f"{name}: {told}" for name in particles for told in _LACKS.values()]
        return [*found, *_OF_CELL]


def read_bpx(path: str | Path) -> BpxCell:
    """Read a file in the Battery Parameter eXchange format, of version 0 or 1.

    Args:
        path: the file.

    Raises:
        ParameterError: it cannot be read, is no BPX file, lacks a number, or holds an expression
            that is none.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        header, sections = content["Header"], content["Parameterisation"]
        version = str(header["BPX"])
    except (OSError, UnicodeDecodeError) as failure:
        raise ParameterError(f"{path} cannot be read: {failure}") from failure
    except (ValueError, LookupError, TypeError) as failure:
        raise ParameterError(
            f"{path} is no BPX file: expected JSON with 'Header', 'BPX' in it, and "
            "'Parameterisation'"
        ) from failure
    if version.partition(".")[0] not in ("0", "1"):
        raise ParameterError(f"{path} is of BPX {version}: versions 0 and 1 are known")
    title = str(header.get("Title", Path(path).name))
    try:
        return _cell(title, version, sections)
    except ParameterError as failure:
        raise ParameterError(f"{path}: {failure}") from failure


def _cell(title: str, version: str, sections: Mapping[str, Any]) -> BpxCell:
    """Return what the sections of a file tell."""
    cell = section_of(sections, "Cell")
    temperature = number_of(cell, "Reference temperature [K]", "Cell", ROOM_TEMPERATURE)
    layers = ("Negative electrode", "Separator", "Positive electrode")
    electrodes = {
        key: _particles(sections, f"{key} electrode", temperature, title)
        for key in ("Negative", "Positive")
        if f"{key} electrode" in sections
    }
    return BpxCell(
        title=title,
        version=version,
        negative=electrodes.get("Negative", {}),
        positive=electrodes.get("Positive", {}),
        area=number_of(cell, "Electrode area [m2]", "Cell"),
        thicknesses={
            name: number_of(sections[name], "Thickness [m]", name)
            for name in layers
            if name in sections
        },
        capacity=number_of(cell, "Nominal cell capacity [A.h]", "Cell"),
        lower_voltage=number_of(cell, "Lower voltage cut-off [V]", "Cell"),
        upper_voltage=number_of(cell, "Upper voltage cut-off [V]", "Cell"),
        electrolyte=sections.get("Electrolyte", {}),
    )


def _particles(
    sections: Mapping[str, Any], electrode: str, temperature: float, title: str
) -> dict[str, BpxParticle]:
    """Return the active materials of an electrode: one of its own name, or those of a blend."""
    section = section_of(sections, electrode)
    blend = section.get("Particle", {electrode.lower(): section})
    return {name: _particle(each, name, temperature, title) for name, each in blend.items()}


def _particle(section: Mapping[str, Any], name: str, temperature: float, title: str) -> BpxParticle:
    """Return an active material."""

    def number(key: str, otherwise: float | None = None) -> float:
        return number_of(section, key, name, otherwise)

    entropic = "Entropic change coefficient [V.K-1]"
    return BpxParticle(
        name=name,
        radius=number("Particle radius [m]"),
        c_max=number("Maximum concentration [mol.m-3]"),
        x_empty=number("Minimum stoichiometry"),
        x_full=number("Maximum stoichiometry"),
        ocp=function_of(section, "OCP [V]", name),
        entropy=function_of(section, entropic, name) if entropic in section else None,
        diffusivity=function_of(section, "Diffusivity [m2.s-1]", name),
        rate=number("Reaction rate constant [mol.m-2.s-1]"),
        activation_diffusion=number("Diffusivity activation energy [J.mol-1]", 0.0),
        activation_rate=number("Reaction rate constant activation energy [J.mol-1]", 0.0),
        temperature=temperature,
        title=title,
    )
