# SPDX-License-Identifier: BSD-3-Clause
"""Laws of hidden voids where they make no sense are refused, on all ranks, before any solve."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError, ParameterError
from ssbmech.model.cell import CellModel
from ssbmech.units import MPa, m, s
from tests.elastic_cell import COUNTER, ELECTROLYTE, METAL, WORKING, symmetric_cell
from tests.refusing import nothing_is_solved as nothing_is_solved
from tests.refusing import refused

COMM = MPI.COMM_WORLD
KINETICS = ssb.ButlerVolmer(i_0=20.0)
COPPER, NMC = library.by_name("copper"), library.by_name("nmc811")
PROPS = ssb.ProppedInterface((ssb.LinearSinking(1e-16),), height_lost=1e-6)
PARTICLES = ssb.AccumulatingProps(PROPS, radius=1e-6, volume_fraction=0.01, covered=0.1)
CONTACT = ssb.RememberedContact(hardness=5 * MPa)
ADHERING = dataclasses.replace(PROPS, bearing=ssb.AdheringContact(CONTACT, strength=1e5))
DIFFUSION = ssb.InterfaceDiffusion(1e-20)
ROUGH = ssb.RoughConduction(hardness=3 * MPa)


def case(
    minus: ssb.Material = METAL, kinetics: Any = KINETICS, name: str = WORKING, **laws: Any
) -> ssb.Case:
    """Return a cell whose working electrode is of a material, with laws."""
    content = None if minus.host is None else 0.9
    first, second = ssb.Body.single("negative", minus, content), ssb.Body.single("positive", METAL)
    electrolyte = ssb.Body.single("separator", ELECTROLYTE)
    reacts = kinetics is not None
    return symmetric_cell(
        bodies=(first, electrolyte, second),
        interfaces=(
            ssb.Interface(name, kinetics=kinetics, **laws),
            ssb.Interface(COUNTER, kinetics=KINETICS if reacts else None),
        ),
        electrodes=ssb.Electrodes(name, COUNTER) if reacts else None,
    )


def built(**changes: Any) -> CellModel:
    whole = case(**changes)
    return CellModel(whole, whole.geometry.build(COMM))


CASES: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "voids at a host": (
        lambda: case(NMC, laws=(PROPS,)),
        (f"'{WORKING}': ProppedInterface", "'negative' hosts lithium ('nmc811')", "leave the law"),
    ),
    "particles at a host": (
        lambda: case(NMC, laws=(PARTICLES,)),
        (f"'{WORKING}': AccumulatingProps", "hosts lithium"),
    ),
    "diffusion at a host": (
        lambda: case(NMC, diffusion=DIFFUSION),
        (f"'{WORKING}': InterfaceDiffusion", "hosts lithium"),
    ),
    "voids at what is no metal": (
        lambda: case(COPPER, laws=(CONTACT, PROPS)),
        (f"'{WORKING}': ProppedInterface", "minus body 'negative'", "metal=Metal(...)"),
    ),
    "diffusion of what is no metal": (
        lambda: case(COPPER, None, diffusion=DIFFUSION),
        (f"'{WORKING}': InterfaceDiffusion", "minus body 'negative'"),
    ),
    "metal on the other side": (
        lambda: case(kinetics=None, name="separator|negative", diffusion=DIFFUSION),
        ("minus body 'separator'", "'negative' has one: write 'negative|separator'"),
    ),
    "voids where no current passes": (
        lambda: case(kinetics=None, laws=(PROPS,)),
        (f"'{WORKING}': ProppedInterface", "no current passes", "give the interface kinetics"),
    ),
    "pressure counted twice": (
        lambda: case(kinetics=ssb.LinearKinetics(1e-3, ROUGH), laws=(CONTACT,)),
        ("RememberedContact and RoughConduction", "count twice", "GapConduction"),
    ),
    "pressure counted twice next to a region": (
        lambda: case(
            kinetics_of={"negative": ssb.LinearKinetics(1e-3, ROUGH)}, laws=(CONTACT, PROPS)
        ),
        ("RememberedContact and RoughConduction",),
    ),
    "two contacts": (
        lambda: case(laws=(CONTACT, ssb.RememberedContact(hardness=1 * MPa))),
        ("RememberedContact and RememberedContact", "keep one"),
    ),
    "adhesion without its contact": (
        lambda: case(laws=(ADHERING,)),
        (f"'{WORKING}': ProppedInterface", "memory of RememberedContact(", "laws=(contact, "),
    ),
    "adhesion of another contact": (
        lambda: case(laws=(ssb.RememberedContact(hardness=1 * MPa), ADHERING)),
        ("memory of RememberedContact(hardness=5000000.0",),
    ),
    "adhesion of particles without its contact": (
        lambda: case(laws=(dataclasses.replace(PARTICLES, propped=ADHERING),)),
        (f"'{WORKING}': AccumulatingProps", "memory of RememberedContact("),
    ),
    "two voids": (
        lambda: built(laws=(PROPS, PROPS)),
        (f"'{WORKING}'", "'void_height' of ProppedInterface is declared twice", "keep one"),
    ),
    "voids with and without particles": (
        lambda: built(laws=(PROPS, PARTICLES)),
        ("'void_height' of AccumulatingProps is declared twice",),
    ),
    "a lonely law": (lambda: case(laws=PROPS), ("must be a tuple",)),
    "a class": (lambda: case(laws=(ssb.ProppedInterface,)), ("is the class ProppedInterface",)),
}


@pytest.mark.pair
@pytest.mark.parametrize("name", CASES)
def test_laws_that_do_not_fit(name: str) -> None:
    make, words = CASES[name]
    refused(make, CaseError, *words)


@pytest.mark.pair
def test_laws_that_fit() -> None:
    """With its contact, beside a conduction by the gap; diffusion needs no current."""
    assert case(laws=(CONTACT, ADHERING), diffusion=DIFFUSION)
    assert case(kinetics=None, diffusion=DIFFUSION)
    assert case(NMC, laws=(CONTACT,))
    assert case(kinetics=ssb.LinearKinetics(1e-3, ROUGH), laws=(PROPS,))
    assert built(laws=(CONTACT, dataclasses.replace(PARTICLES, propped=ADHERING)))


def changed(law: Any, **numbers: Any) -> Callable[[], Any]:
    return lambda: dataclasses.replace(law, **numbers)


NUMBERS: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "no supply": (
        changed(PROPS, supply_strip=0.0),
        ("both supply_strip and supply_plate are zero", "no void ever opens", "up to 1"),
    ),
    "a lonely speed": (
        changed(PROPS, sinking=ssb.LinearSinking(1e-16)),
        ("sinking must be a tuple", "(LinearSinking(...),)"),
    ),
    "no height": (changed(PROPS, height_lost=0 * m), ("height_lost", "(0, inf)")),
    "pressure for a height": (changed(PROPS, height_lost=1 * MPa), ("wrong kind of unit",)),
    "supply above one": (changed(PROPS, supply_strip=1.2), ("supply_strip", "[0, 1]")),
    "load on no props": (changed(PROPS, props=0.0), ("props", "(0, 1]")),
    "negative speed": (lambda: ssb.LinearSinking(-1e-16), ("coefficient", "[0, inf)")),
    "time for a speed": (lambda: ssb.FreeClosing(1 * s), ("speed_0", "wrong kind of unit")),
    "exponent below one": (lambda: ssb.PowerLawSinking(1e-9, 0.5), ("exponent", "[1, 20]")),
    "recovery above one": (changed(CONTACT, recovery=1.5), ("recovery", "[0, 1]")),
    "no adhesion": (changed(CONTACT, adhesion=0.0), ("adhesion", "[1, inf)")),
    "negative strength": (lambda: ssb.AdheringContact(CONTACT, -1.0), ("strength", "[0, inf)")),
    "suction": (lambda: ssb.ConstantBearing(-1 * MPa), ("stress", "[0, inf)")),
    "no particle": (changed(PARTICLES, radius=0.0), ("radius", "(0, inf)")),
    "all covered": (changed(PARTICLES, covered=1.0), ("covered", "(0, 0.9]")),
    "no covered share": (changed(PARTICLES, covered=0.0), ("covered", "(0, 0.9]")),
    "mostly particles": (changed(PARTICLES, volume_fraction=0.6), ("volume_fraction", "[0, 0.5]")),
    "no diffusion": (lambda: ssb.InterfaceDiffusion(0.0), ("diffusivity_width", "(0, inf)")),
    "insulator": (lambda: ssb.SpotsOfOneSize(1e-6, 0.0), ("conductivity", "(0, inf)")),
    "negative spacing": (lambda: ssb.SpotsOfOneNumber(-1e-6, 0.2), ("spacing", "[0, inf)")),
    "blunt lenses": (lambda: ssb.LensVoids(0.1), ("smallest", "[1e-09, 0.01]")),
}


@pytest.mark.serial
@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_out_of_bounds(name: str) -> None:
    make, words = NUMBERS[name]
    refused(make, ParameterError, *words)


@pytest.mark.serial
def test_nothing_sinks_where_nothing_opens() -> None:
    """What gives no voids and no speed is no mistake: it changes nothing."""
    still = dataclasses.replace(PROPS, supply_strip=0.0, sinking=())
    assert dataclasses.replace(still, sinking=(ssb.LinearSinking(0.0),))
