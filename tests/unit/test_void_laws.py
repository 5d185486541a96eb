# SPDX-License-Identifier: BSD-3-Clause
"""Laws of hidden voids at points: values and tangents against floats; and wrong ones are caught."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import ufl

import ssbmech as ssb
from ssbmech._compat import constant
from ssbmech.activation import arrhenius
from ssbmech.constants import GAS_CONSTANT
from ssbmech.errors import CaseError
from ssbmech.interfaces.accumulating import MOST
from ssbmech.interfaces.constriction import NoConstriction, resistance_at
from ssbmech.interfaces.point import all_hidden, hidden
from ssbmech.interfaces.props import SpreadingVoids
from ssbmech.interfaces.sinking import total_speed
from ssbmech.materials.transport import IonConductor
from ssbmech.model.conditions import symbolic
from tests.pointwise import evaluate
from tests.void_reference import (
    CONTACT,
    CONTENT,
    COVERED,
    DT,
    FREE,
    HARDNESS,
    HEIGHT_LOST,
    K_1,
    KAPPA,
    LAWS,
    LINEAR,
    PARTICLE,
    POWER,
    Q_1,
    RADIUS,
    SPACING,
    STRENGTH,
    T_1,
    TANGENT_ERROR,
    TEMPERATURE,
    VALUE_ERROR,
    Props,
    at,
    close,
    errors_of,
    free_speed,
    hotter,
    linear_speed,
    number,
    of_one_size,
    plain,
    power_speed,
)

pytestmark = pytest.mark.serial

SPEEDS = {
    "linear": (LINEAR, linear_speed),
    "power": (POWER, power_speed),
    "free": (FREE, free_speed),
}


@pytest.mark.parametrize("name", SPEEDS)
@pytest.mark.parametrize("temperature", [273.0, 298.15, 353.0])
def test_sinking_speeds(name: str, temperature: float) -> None:
    law, expected = SPEEDS[name]
    for pressure in (0.0, 3e5, 1e6, 4e6):
        found = number(law.speed(ufl.as_ufl(pressure), ufl.as_ufl(temperature)))
        assert found == close(expected(pressure, temperature), rel=1e-13)


def test_sinking_has_the_factor_of_diffusion_beside_its_exponential() -> None:
    """Between 290 and 333 K the exponential makes 5.55, the factor T_0 / T 0.871."""
    pressure, hot = ufl.as_ufl(1e6), ufl.as_ufl(TEMPERATURE)
    cold = number(LINEAR.speed(pressure, ufl.as_ufl(T_1)))
    ratio = number(LINEAR.speed(pressure, hot)) / cold
    assert cold == close(K_1 * 1e6, rel=1e-13)
    assert ratio == close(5.55 * 0.871, rel=2e-3)
    assert number(arrhenius(Q_1, hot, T_1)) == close(5.55, rel=1e-3)


def test_speeds_of_mechanisms_side_by_side_add() -> None:
    pressure, temperature = ufl.as_ufl(2e6), ufl.as_ufl(TEMPERATURE)
    whole = number(total_speed((LINEAR, POWER, FREE), pressure, temperature))
    parts = [law.speed(pressure, temperature) for law in (LINEAR, POWER, FREE)]
    assert whole == close(sum(map(number, parts)), rel=1e-13)
    assert number(total_speed((), pressure, temperature)) == 0.0


def test_mobility_of_an_interface() -> None:
    law = ssb.InterfaceDiffusion(4e-20, 30e3, 300.0)
    expected = 13e-6 * 4e-20 * hotter(30e3, TEMPERATURE, 300.0) / (GAS_CONSTANT * TEMPERATURE)
    found = number(law.mobility(13e-6, ufl.as_ufl(TEMPERATURE)))
    assert found == close(expected, rel=1e-13)
    # the mobility at 25 degC of 4e-20 m3/s in lithium
    cold = ssb.InterfaceDiffusion(4e-20).mobility(13e-6, ufl.as_ufl(298.15))
    assert number(cold) == close(2.098e-28, rel=1e-3)


@pytest.mark.parametrize("name", LAWS)
def test_values_and_tangents(name: str) -> None:
    values, tangents = errors_of(*LAWS[name])
    assert values < VALUE_ERROR
    assert tangents < TANGENT_ERROR


class TurnedRound(ssb.ProppedInterface):
    """Stripping closes voids."""

    def height(self, point: ssb.InterfacePoint, ease: Any = 1) -> Any:
        return super().height(dataclasses.replace(point, strip_speed=-point.strip_speed), ease)


class SuckedIn(ssb.ProppedInterface):
    """Tension draws props in, and closing runs on below zero."""

    def height(self, point: ssb.InterfacePoint, ease: Any = 1) -> Any:
        state = {**point.state, "void_height": abs(point.state["void_height"])}
        return super().height(dataclasses.replace(point, state=state), ease)


class Lagging(ssb.ProppedInterface):
    """The props sink by a copy of the pressure."""

    def height(self, point: ssb.InterfacePoint, ease: Any = 1) -> Any:
        return super().height(dataclasses.replace(point, p_contact=point.p_contact.copy()), ease)


class ColdSinking(ssb.LinearSinking):
    """Without the factor T_0 / T."""

    def speed(self, pressure: Any, temperature: Any) -> Any:
        hotter = arrhenius(self.activation_energy, temperature, self.reference_temperature)
        return self.coefficient * hotter * pressure


class Forgetful(ssb.RememberedContact):
    """Knows the pressure of now alone."""

    def pressed(self, point: ssb.InterfacePoint) -> Any:
        return ufl.max_value(point.p_contact, 0.0)


def turned(law: Any, kind: type[Any]) -> Any:
    """Return a law of another kind with the same numbers."""
    items = {item.name: getattr(law, item.name) for item in dataclasses.fields(law)}
    return kind(**items)


WRONG: dict[str, tuple[Any, str]] = {
    "supplies exchanged": (plain(supply_strip=0.7, supply_plate=0.4), "half"),
    "supply turned round": (turned(plain(), TurnedRound), "plain"),
    "excess taken for voids": (turned(LAWS["excess"][0], SuckedIn), "excess"),
    "no factor of diffusion": (plain(sinking=(turned(LINEAR, ColdSinking),)), "plain"),
    "load not shared": (plain(), "shared load"),
    "no adhesion": (plain(), "adhesion"),
    "excess forgotten": (plain(), "excess"),
    "spreading lenses": (plain(), "lenses"),
    "pressure forgotten": (turned(CONTACT, Forgetful), "real contact"),
    "free of particles": (
        ssb.AccumulatingProps(plain(), PARTICLE, 0.0, COVERED),
        "particles",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_laws_are_caught(name: str) -> None:
    """The comparison above sees each of these mistakes, by orders of magnitude."""
    law, right = WRONG[name]
    values, _ = errors_of(law, LAWS[right][1])
    assert values > 1e-3


def test_a_wrong_tangent_is_caught() -> None:
    """A pressure that Newton's method does not see, though its value is right."""
    values, tangents = errors_of(turned(plain(), Lagging), Props())
    assert values < VALUE_ERROR
    assert tangents > 1e-3


def height(law: Any, **values: float) -> float:
    return number(law.height(at(**values)))


def test_height_grows_on_stripping_and_falls_on_plating() -> None:
    law = plain(sinking=(ssb.LinearSinking(0.0),))
    assert height(law, strip_speed=1e-9) == close(1e-9 * DT)
    assert height(law, strip_speed=-1e-10, void_height=2e-7) == close(2e-7 - 0.3e-10 * DT)
    assert height(law, void_height=2e-7) == close(2e-7)


def test_voids_close_to_nothing_and_not_beyond() -> None:
    law = plain()
    assert height(law, p_contact=3e6, void_height=1e-9) == 0.0
    assert height(law, p_contact=3e6, strip_speed=1e-12) == 0.0
    assert height(law, strip_speed=-1e-9) == 0.0
    # from below the props, as an interface may be left by another law
    assert height(law, p_contact=1e6, void_height=-1e-7) == 0.0


def test_load_sharing_is_continuous_where_contact_is_lost() -> None:
    """There the factor on the sinking speed reaches one, and stays."""
    law, sunk = plain(props=0.3), DT * linear_speed(1e6, TEMPERATURE)
    just = HEIGHT_LOST + sunk
    for nudge in (-1e-12, 0.0, 1e-12):
        found = height(law, p_contact=1e6, void_height=just + nudge * HEIGHT_LOST)
        assert found == close(HEIGHT_LOST, rel=1e-11)
    beyond = height(law, p_contact=1e6, void_height=just + HEIGHT_LOST)
    assert beyond == close(2 * HEIGHT_LOST, rel=1e-13)
    # without voids the props bear their share alone
    opened = 0.31 * sunk
    assert height(law, p_contact=1e6, strip_speed=opened / DT) > 0.0
    assert height(law, p_contact=1e6, strip_speed=0.99 * 0.3 * sunk / DT) == 0.0


def test_plated_metal_is_remembered_until_it_is_stripped() -> None:
    law = plain(excess=ssb.PlatedExcess((ssb.LinearSinking(0.0),)))
    plated = height(law, strip_speed=-1e-9)
    assert plated == close(-1e-9 * DT)
    assert height(law, void_height=plated) == close(plated)
    partly = height(law, strip_speed=0.4e-9, void_height=plated)
    assert partly == close(-0.6e-9 * DT)
    assert height(law, p_contact=1e6, strip_speed=0.61e-9, void_height=partly) == 0.0
    assert number(law.thickness(at(strip_speed=-1e-9))) == 0.0
    assert number(law.hidden(at(strip_speed=-1e-9)).touching) == close(1.0)
    pressed = plain(excess=ssb.PlatedExcess((POWER,)))
    # an iterate in tension
    assert math.isfinite(height(pressed, p_contact=-3e5, strip_speed=-1e-9))


@pytest.mark.parametrize("shape", [SpreadingVoids(), ssb.LensVoids()])
def test_shapes_of_voids(shape: Any) -> None:
    """All touches without voids, nothing at the height that is lost, and less and less between."""
    x = np.linspace(0.0, 1.0, 101)
    left = np.array([number(shape.contact_left(ufl.as_ufl(float(value)))) for value in x])
    assert left[0] == close(1.0) and abs(left[-1]) < 1e-14
    assert np.all(np.diff(left) < 0.0)
    law = plain(shape=shape)
    assert number(law.touching(ufl.as_ufl(5 * HEIGHT_LOST))) == close(1e-9, abs=1e-14)
    assert number(law.touching(ufl.as_ufl(-1e-7))) == close(1.0)


def test_lenses_lose_contact_with_the_square_of_their_width() -> None:
    for x in (0.01, 0.1, 0.5):
        lost = 1 - number(ssb.LensVoids(1e-9).contact_left(ufl.as_ufl(x)))
        assert lost == close(x ** (2 / 3), rel=1e-4)


def resistance(law: Any, theta: float) -> float:
    return number(law.resistance(ufl.as_ufl(theta)))


def test_constriction_scales_with_size_and_conductivity() -> None:
    size = ssb.SpotsOfOneSize(RADIUS, KAPPA)
    for theta in (1e-9, 1e-3, 0.3, 0.99):
        once = resistance(size, theta)
        assert once == close(of_one_size(theta), rel=1e-13)
        assert resistance(ssb.SpotsOfOneSize(2 * RADIUS, KAPPA), theta) == close(2 * once)
        assert resistance(ssb.SpotsOfOneSize(RADIUS, 2 * KAPPA), theta) == close(once / 2)
        # as many spots per area as there are of that size
        radius = SPACING * math.sqrt(theta / math.pi)
        placed = resistance(ssb.SpotsOfOneNumber(SPACING, KAPPA), theta)
        assert placed == close(resistance(ssb.SpotsOfOneSize(radius, KAPPA), theta))
    for law in (size, ssb.SpotsOfOneNumber(SPACING, KAPPA)):
        assert resistance(law, 1.0) == 0.0
        # a contact that round-off makes more than whole
        assert resistance(law, 1.0 + 1e-15) == 0.0


def test_one_spot_alone_has_the_resistance_of_holm() -> None:
    """Of N spots per area that do not feel each other, R = 1 / (4 kappa b N) of the interface."""
    theta = 1e-8
    spots = theta / (math.pi * RADIUS**2)
    of_interface = resistance(ssb.SpotsOfOneSize(RADIUS, KAPPA), theta) / theta
    assert of_interface == close(1 / (4 * KAPPA * RADIUS * spots), rel=2e-4)


def fraction(law: Any, now: float, highest: float) -> float:
    return number(law.touching(at(p_contact=now, p_pressed=highest)))


def test_real_contact_on_loading_and_unloading() -> None:
    law = ssb.RememberedContact(HARDNESS)
    pressures = (1e4, 3e5, 2e6, 9e6)
    for pressure in pressures:
        first = fraction(law, pressure, 0.0)
        assert first == close(1 - math.exp(-pressure / HARDNESS), abs=2e-9)
        assert fraction(law, pressure, pressure) == close(first, rel=1e-13)
        assert fraction(law, pressure, 2 * pressure) > first
        # what yields all the way back has no memory
        elastic = ssb.RememberedContact(HARDNESS, recovery=1.0)
        assert fraction(elastic, pressure, 4 * pressure) == close(first, rel=1e-11)
        plastic = ssb.RememberedContact(HARDNESS, recovery=0.0)
        assert fraction(plastic, pressure, 12e6) == close(fraction(law, 12e6, 0.0))
    unloading = [fraction(law, pressure, 12e6) for pressure in pressures]
    assert unloading == sorted(unloading)
    assert fraction(law, -1e6, 0.0) == close(1e-9)
    assert fraction(law, 0.0, 12e6) > fraction(law, 0.0, 0.0)


def test_adhesion_presses_on_props_where_metal_touches() -> None:
    law = ssb.AdheringContact(CONTACT, STRENGTH)
    for now, highest in ((0.0, 0.0), (1e6, 1e6), (1e6, 5e6)):
        found = number(law.pressure(at(p_contact=now, p_pressed=highest)))
        assert found == close(STRENGTH * fraction(CONTACT, now, highest))
    held = plain(bearing=law)
    speed = 0.5 * linear_speed(STRENGTH * fraction(CONTACT, 0.0, 9e6), TEMPERATURE)
    # without any load, pressed before
    assert height(held, strip_speed=speed, p_pressed=9e6) == 0.0
    assert height(held, strip_speed=speed) > 0.0


def test_nothing_adheres_across_an_open_gap() -> None:
    law = plain(bearing=ssb.ConstantBearing(2e6))
    closed, open_ = (height(law, void_height=5e-7, gap=gap) for gap in (0.0, 1e-6))
    assert closed < 5e-7
    assert open_ == close(5e-7)


def test_adhesion_without_the_memory_of_contact() -> None:
    bare = dataclasses.replace(at(), state={"void_height": ufl.as_ufl(0.0)})
    with pytest.raises(CaseError, match="give the interface its RememberedContact too"):
        ssb.AdheringContact(CONTACT, STRENGTH).pressure(bare)


def test_particles_collect_on_stripping_alone_and_cover_no_more_than_there_is() -> None:
    law = ssb.AccumulatingProps(plain(), PARTICLE, CONTENT, COVERED)
    # what was plated is free of particles, and is stripped first
    plated = at(strip_speed=1e-9, swept=2e-6, net_stripped=1e-6)
    assert number(law.swept(plated)) == close(2e-6)
    assert number(law.net_stripped(at(strip_speed=-1e-9, net_stripped=1e-6))) == close(
        1e-6 - 1e-9 * DT
    )
    fresh = at(strip_speed=1e-9, swept=2e-6, net_stripped=2e-6)
    assert number(law.swept(fresh)) == close(2e-6 + 1e-9 * DT)
    assert number(law.share(ufl.as_ufl(0.0))) == close(COVERED)
    assert number(law.share(ufl.as_ufl(1e-2))) == MOST
    # one cross section of each particle in a layer as thick as what has been stripped
    per_area = CONTENT * 1e-6 / (4 / 3 * math.pi * PARTICLE**3)
    found = number(law.share(ufl.as_ufl(1e-6))) - COVERED
    assert found == close(per_area * math.pi * PARTICLE**2, rel=1e-12)
    # more particles share the load and sink more slowly
    slow, fast = (
        height(law, p_contact=1e6, void_height=5e-7, swept=s, net_stripped=0.0) for s in (5e-5, 0.0)
    )
    assert slow > fast


def test_what_laws_know_together() -> None:
    """Fractions multiply, resistances and volumes add."""
    point = at(p_contact=1e6, p_pressed=1e6, void_height=4e-7)
    spots = ssb.SpotsOfOneSize(RADIUS, KAPPA)
    laws = (plain(constriction=spots), dataclasses.replace(CONTACT, constriction=spots))
    parts = [hidden(law, point) for law in laws]
    whole = all_hidden(parts)
    assert number(whole.touching) == close(number(parts[0].touching))
    assert number(whole.rough) == close(number(parts[1].rough))
    assert number(whole.constriction) == close(sum(number(p.constriction) for p in parts))
    assert number(whole.hollow) == close(number(parts[0].hollow))
    assert number(all_hidden(()).touching) == 1.0


KINETICS = {
    "Butler-Volmer": ssb.ButlerVolmer(i_0=12.0, film_resistance=3e-4, alpha_a=0.4),
    "linear": ssb.LinearKinetics(2e-3),
}


def currents(law: Any, **changes: float) -> np.ndarray:
    """Return the current at several potentials [A/m2]."""

    def build(potential: Any, mesh: Any) -> list[Any]:
        numbers = {name: constant(mesh, value) for name, value in changes.items()}
        point = dataclasses.replace(
            at(), phi_s=potential, temperature=constant(mesh, TEMPERATURE), **numbers
        )
        return [-symbolic(law, mesh).residual(point)]

    return evaluate(build, np.array([-0.3, -0.01, 0.0, 0.002, 0.05, 0.4]))[:, 0]


@pytest.mark.parametrize("name", KINETICS)
def test_activity_scales_the_exchange_current(name: str) -> None:
    law = KINETICS[name]
    half = (
        dataclasses.replace(law, i_0=0.5 * law.i_0)
        if isinstance(law, ssb.ButlerVolmer)
        else dataclasses.replace(law, resistance=2 * law.resistance)
    )
    assert currents(law, activity=0.5) == close(currents(half), rel=1e-12)
    assert currents(law, activity=1.0) == close(currents(law), rel=1e-13)


@pytest.mark.parametrize("name", KINETICS)
def test_constriction_is_in_series_to_the_film(name: str) -> None:
    """Through half of the contact passes half of the current, each half with its own spots."""
    law, constriction = KINETICS[name], 5e-4
    thicker = (
        dataclasses.replace(law, film_resistance=law.film_resistance + constriction)
        if isinstance(law, ssb.ButlerVolmer)
        else dataclasses.replace(law, resistance=law.resistance + constriction)
    )
    found = currents(law, touching=0.5, constriction=constriction)
    assert found == close(0.5 * currents(thicker), rel=1e-12)


def test_constriction_follows_the_conductivity_of_its_electrolyte() -> None:
    """As `IonConductor` does; not without an activation energy, nor in laws of one's own."""
    conductor = IonConductor(KAPPA, activation_energy=33e3, reference_temperature=290.0)
    ratio = number(conductor.kappa_e(340.0)) / KAPPA
    touching = ufl.as_ufl(0.3)
    for kind in (ssb.SpotsOfOneSize, ssb.SpotsOfOneNumber):
        still = kind(RADIUS, KAPPA)
        moving = kind(RADIUS, KAPPA, activation_energy=33e3, reference_temperature=290.0)
        before = number(resistance_at(still, touching, 290.0))
        assert before == number(still.resistance(touching))
        assert number(resistance_at(still, touching, 340.0)) == before
        assert number(resistance_at(moving, touching, 340.0)) == close(before / ratio)
        assert number(resistance_at(moving, touching, 290.0)) == close(before)
    assert number(resistance_at(NoConstriction(), touching, 340.0)) == 0.0
