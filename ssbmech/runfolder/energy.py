# SPDX-License-Identifier: BSD-3-Clause
r"""Energy of a run by volume and by mass, with all that does not store any.

A discharge gives, by the area of the stack,

.. math:: E = -\int_{discharge} V i \, dt

Its volume is that of the thickest state of the run, for a pack must hold that. Layers come with
their densities from the manifest; the fixture is sized by the highest pressure of the run:

* two end plates, strips over a span 2L that may sag by w at uniform pressure,
  :math:`D = 5 P (2L)^4 / (384 w)`, :math:`t = (12 (1 - \nu^2) D / E)^{1/3}`, and at least so thick
  that they bear their bending, :math:`t = 2L \sqrt{3 P / 4 \sigma}`;
* tie rods of the height of stack and plates, :math:`A_{rods} / A = P / \sigma`.

Needs no solver.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.reader import RunData

HOUR: Final = 3600.0
LITRE: Final = 1e-3

NO_CURRENT: Final = 1e-6
"""Current up to which a step passes none but by rounding [A/m2]."""


@dataclass(frozen=True)
class Burden:
    """What a fixture adds, by area of the stack.

    Attributes:
        volume: volume by area [m].
        mass: mass by area [kg/m2].
    """

    volume: float
    mass: float


class PackFixture(Protocol):
    """Role of what holds a stack in a pack."""

    def burden(self, pressure: float, height: float) -> Burden:
        """Return what it adds at a pressure [Pa] on a stack of a height [m]."""


@dataclass(frozen=True)
class NoFixture:
    """A stack by itself."""

    def burden(self, pressure: float, height: float) -> Burden:
        """Return nothing."""
        return Burden(0.0, 0.0)


@dataclass(frozen=True)
class Metal:
    """A metal of fixtures.

    Attributes:
        young: Young's modulus [Pa].
        poisson: Poisson's ratio [1].
        allowed: stress that it may bear [Pa].
        density: density [kg/m3].
    """

    young: float
    poisson: float
    allowed: float
    density: float


METALS: Final[Mapping[str, Metal]] = {
    "steel": Metal(200e9, 0.29, 250e6, 7900.0),
    "aluminium": Metal(70e9, 0.33, 130e6, 2700.0),
}
"""Metals of fixtures, with handbook values and half of a common strength as what is allowed."""


@dataclass(frozen=True)
class PlatesAndRods:
    """Two end plates, stiff and strong enough, held together by tie rods that are strong enough.

    Attributes:
        metal: their metal.
        span: distance of the rods, 2L [m].
        sag: sag of a plate over its span [1].

    Raises:
        RunFolderError: a number is not positive, or infinite.
    """

    metal: Metal
    span: float = 0.1
    sag: float = 1e-3

    def __post_init__(self) -> None:
        """Check the bounds."""
        if not (0.0 < self.span < math.inf and 0.0 < self.sag < math.inf):
            raise RunFolderError(
                f"a fixture of span {self.span:g} m whose plates sag by {self.sag:g} of it: "
                "expected finite numbers above zero"
            )

    def plate(self, pressure: float) -> float:
        """Return the thickness of a plate [m] at a pressure [Pa]."""
        bending = 5 * pressure * self.span**3 / (384 * self.sag)
        stiff = (12 * (1 - self.metal.poisson**2) * bending / self.metal.young) ** (1 / 3)
        strong = self.span * math.sqrt(0.75 * pressure / self.metal.allowed)
        return float(max(stiff, strong))

    def burden(self, pressure: float, height: float) -> Burden:
        """Return plates and rods."""
        plates = 2 * self.plate(pressure)
        rods = pressure / self.metal.allowed * (height + plates)
        return Burden(plates + rods, self.metal.density * (plates + rods))


@dataclass(frozen=True)
class Energy:
    """Energy of a run.

    Attributes:
        step: name of the discharge, or the names of its steps.
        energy: by area of the stack [J/m2].
        pressure: highest pressure of the run [Pa].
        height: greatest thickness of the run [m].
        mass: mass of all layers by area [kg/m2].
        burden: what the fixture adds.
        unknown: layers whose density is not known, which weigh nothing here.
    """

    step: str
    energy: float
    pressure: float
    height: float
    mass: float
    burden: Burden
    unknown: tuple[str, ...]

    @property
    def by_volume(self) -> tuple[float, float]:
        """Energy by volume of the stack alone, and with its fixture [Wh/l]."""
        stored = self.energy / HOUR * LITRE
        return stored / self.height, stored / (self.height + self.burden.volume)

    @property
    def by_mass(self) -> tuple[float, float]:
        """Energy by mass of the stack alone, and with its fixture [Wh/kg]."""
        stored, whole = self.energy / HOUR, self.mass + self.burden.mass
        return _over(stored, self.mass), _over(stored, whole)

    def plain(self) -> dict[str, Any]:
        """Return it as plain data in SI, with the densities of energy in their common units."""
        names = ("stack", "with fixture")
        return {
            **asdict(self),
            "Wh/l": dict(zip(names, self.by_volume, strict=True)),
            "Wh/kg": {name: _finite(each) for name, each in zip(names, self.by_mass, strict=True)},
        }

    def text(self) -> str:
        """Return it as lines of text."""
        volumes, masses = self.by_volume, self.by_mass
        lines = {
            "discharge": self.step,
            "energy": f"{self.energy / HOUR:.4g} Wh/m2",
            "pressure": f"{self.pressure / 1e6:.4g} MPa at most",
            "stack": f"{1e3 * self.height:.4g} mm, {self.mass:.4g} kg/m2: "
            f"{volumes[0]:.4g} Wh/l, {masses[0]:.4g} Wh/kg",
            "fixture": f"{1e3 * self.burden.volume:.4g} mm, {self.burden.mass:.4g} kg/m2",
            "together": f"{volumes[1]:.4g} Wh/l, {masses[1]:.4g} Wh/kg",
        }
        if self.unknown:
            lines["beware"] = f"no density is known of {', '.join(self.unknown)}: weighs nothing"
        return "".join(f"{name:<12}{value}\n" for name, value in lines.items())


def energy_of(
    folder: Path, fixture: PackFixture | None = None, densities: Mapping[str, float] | None = None
) -> Energy:
    """Return the energy of the last discharge of a run, of all its steps without one between.

    Args:
        folder: run folder.
        fixture: what holds the stack in the pack; None for nothing.
        densities: densities of layers [kg/m3], in place of those of the manifest.

    Raises:
        RunFolderError: the folder holds no run, the run no discharge, its manifest no layers, or a
            density is given of what is no layer.
    """
    run = RunData.open(folder)
    layers = _layers(run)
    given = dict(densities or {})
    strange = set(given) - {str(layer["name"]) for layer in layers}
    if strange:
        names = ", ".join(str(layer["name"]) for layer in layers)
        raise RunFolderError(
            f"{', '.join(sorted(strange))} is no layer of the run; it has: {names}"
        )
    step, energy = _discharge(run)
    mass, unknown = 0.0, []
    for layer in layers:
        density = given.get(layer["name"], layer.get("density [kg/m3]"))
        if density is None:
            unknown.append(str(layer["name"]))
        else:
            mass += layer["count"] * layer["thickness [m]"] * density
    height = float(run.series["thickness_stack"].max())
    pressure = float(np.nanmax(run.series["p_stack"]))
    burden = (fixture or NoFixture()).burden(pressure, height)
    return Energy(step, energy, pressure, height, mass, burden, tuple(unknown))


def densities_of(given: Sequence[str]) -> dict[str, float]:
    """Return densities by layer from texts such as "separator=1860".

    Raises:
        RunFolderError: a text is of another form, or its number no density.
    """
    found = {}
    for text in given:
        name, equals, number = text.partition("=")
        try:
            density = float(number)
        except ValueError:
            density = -1.0
        if not (name and equals and 0.0 <= density < float("inf")):
            raise RunFolderError(
                f"density {text!r}: expected a layer and its density in kg/m3, as in separator=1860"
            )
        found[name] = density
    return found


def _layers(run: RunData) -> Sequence[Mapping[str, Any]]:
    """Return the layers that a manifest lists.

    Raises:
        RunFolderError: it lists none.
    """
    layers = run.manifest.get("layers")
    fields = ("name", "count", "thickness [m]")
    if not isinstance(layers, list) or not all(
        isinstance(layer, dict) and all(name in layer for name in fields) for layer in layers
    ):
        raise RunFolderError(
            f"{run.path / 'manifest.json'} lists no layers: what weighs is not known"
        )
    return layers


def _discharge(run: RunData) -> tuple[str, float]:
    """Return the names of the last steps in a row that give energy, and it by area [J/m2].

    Raises:
        RunFolderError: there is none.
    """
    series = run.series
    names = ("time_step", "voltage", "current", "step")
    if any(name not in series.columns for name in names):
        raise RunFolderError(f"{run.path} has no voltage and current: it stores no energy")
    dt, voltage, current, step = (series[name] for name in names)
    # the current of a time step is one, the voltage goes from one end to the other
    before = np.concatenate([voltage[:1], voltage[:-1]])
    starts = np.concatenate([[True], np.diff(step) != 0])
    mean = np.where(starts, voltage, 0.5 * (voltage + before))
    given = -mean * current * dt
    side_by_side = float(run.manifest.get("cells side by side", 1))
    labels, whole = [], 0.0
    for number in np.unique(step)[::-1]:
        rows = step == number
        energy = float(given[rows].sum()) * side_by_side
        if energy > 0.0 and np.abs(current[rows]).max() > NO_CURRENT:
            labels.append(_label(run, int(number)))
            whole += energy
        elif labels:
            break
    if not labels:
        raise RunFolderError(f"{run.path} has no discharge: it gives no energy")
    return ", ".join(reversed(labels)), whole


def _label(run: RunData, number: int) -> str:
    protocol = run.manifest.get("protocol", [])
    named = protocol[number].get("label", "") if number < len(protocol) else ""
    return str(named) or f"step {number + 1}"


def _over(stored: float, mass: float) -> float:
    return stored / mass if mass > 0.0 else math.nan


def _finite(value: float) -> float | None:
    """Return a number for JSON, which has no other ones: none instead."""
    return value if math.isfinite(value) else None
