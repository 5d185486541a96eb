# SPDX-License-Identifier: BSD-3-Clause
"""Bad input ends in an error of the package's own, on all ranks, before anything is solved.

The message names what was wrong and what would be right.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import (
    CaseError,
    MeshError,
    ParameterError,
    RunFolderError,
)
from ssbmech.geometry.mesh_file import MeshFile
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.materials.elastic import Elastic
from ssbmech.model.cell import CellModel
from ssbmech.units import GPa, K, MPa, MPa_per_um, V, hour, mA_per_cm2, minute, s, um
from tests.refusing import nothing_is_solved as nothing_is_solved
from tests.refusing import refused
from tests.small_cell import COUNTER, REFERENCE, STORED, WORKING, stack, void_cell
from tests.tools import on_first

pytestmark = pytest.mark.pair

COMM = MPI.COMM_WORLD
CASE = dataclasses.replace(void_cell(), geometry=STORED["plane"].case("plane").geometry)
LITHIUM, ELECTROLYTE = CASE.bodies[0], CASE.bodies[1]
COPPER, NMC = library.by_name("copper"), library.by_name("nmc811")
LITHIUM_METAL = library.by_name("lithium_lepage2019")
BOND = ssb.BilinearCohesion(strength=10 * MPa, toughness=1.0)


def changed(**changes: Any) -> Callable[[], ssb.Case]:
    """Return what makes a case with some fields replaced."""
    return lambda: dataclasses.replace(CASE, **changes)


def model(**changes: Any) -> Callable[[], CellModel]:
    """Return what builds the model of such a case."""

    def build() -> CellModel:
        case = dataclasses.replace(CASE, **changes)
        return CellModel(case, case.geometry.build(COMM))

    return build


def mechanical(**changes: Any) -> dict[str, Any]:
    """Return the changes that leave mechanics only."""
    plain = {
        "interfaces": (ssb.Interface(WORKING), ssb.Interface(COUNTER)),
        "electrodes": None,
        "protocol": (ssb.Preload(1 * s),),
    }
    return plain | changes


NUMBERS: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "zero thickness": (
        lambda: ssb.Layer("separator", 0 * um),
        ("Layer.thickness", "0 [m]", "(0, 1]"),
    ),
    "negative thickness": (
        lambda: ssb.Layer("separator", -20 * um),
        ("Layer.thickness", "-2e-05 [m]", "(0, 1]"),
    ),
    "pressure for thickness": (
        lambda: ssb.Layer("separator", 20 * MPa),
        ("Layer.thickness", "20 megapascal", "wrong kind of unit", "expected a quantity in m"),
    ),
    "text for a number": (lambda: ssb.Layer("separator", "20 um"), ("'20 um'", "not a number")),
    "truth for a number": (lambda: ssb.Layer("separator", True), ("True", "not a number")),
    "no number": (lambda: ssb.Layer("separator", math.nan), ("nan", "not finite")),
    "negative width": (
        lambda: dataclasses.replace(stack(ssb.PlaneStrain()), width=-1 * um),
        ("Stack.width", "-1e-06"),
    ),
    "incompressible solid": (
        lambda: Elastic(1 * GPa, 0.5),
        ("Elastic.poisson", "0.5", "(-1, 0.5)"),
    ),
    "negative stiffness": (lambda: Elastic(-1 * GPa, 0.3), ("Elastic.young", "[1000, 1e+14]")),
    "suction": (lambda: ssb.Spring(-1 * MPa, 1 * MPa_per_um), ("Spring.preload", "[0, 2e+10]")),
    "current for voltage": (
        lambda: ssb.VoltageAbove(1 * mA_per_cm2),
        ("VoltageAbove.limit", "wrong kind of unit", "V"),
    ),
    "below absolute zero": (changed(temperature=-3 * K), ("Case.temperature", "-3 [K]")),
    "zero duration": (lambda: ssb.Rest(0 * s), ("Rest.duration", "(0, inf)")),
    "fraction above one": (lambda: ssb.ContactBelow(WORKING, 1.5), ("fraction", "[0, 1]")),
    "negative residual": (lambda: ssb.NewtonSettings(tolerance=-1e-8), ("tolerance", "(0, 0.001]")),
    "steps backwards": (lambda: ssb.PrescribedSteps([1.0, -1.0]), ("lengths", "greater than")),
    "unknown material": (
        lambda: library.by_name("litium"),
        ('"litium"', "expected one of", "lithium_lepage2019", "li6ps5cl"),
    ),
    "negative gap": (
        model(
            interfaces=(
                dataclasses.replace(
                    CASE.interfaces[0], initial_gap=ssb.FunctionGap(lambda x: -1e-8)
                ),
                CASE.interfaces[1],
            )
        ),
        ("FunctionGap", "-1e-08 m", "zero or more"),
    ),
}


@pytest.mark.parametrize("what", NUMBERS)
def test_numbers(what: str) -> None:
    make, words = NUMBERS[what]
    refused(make, ParameterError, *words)


def pressed(*faces: str) -> ssb.Loads:
    """Return a fluid that presses on faces."""
    return ssb.Loads(face_pressures=tuple(ssb.FacePressure(f, lambda time: 1e5) for f in faces))


CASES: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "unknown region": (
        model(bodies=(LITHIUM, ssb.Body("separator", {"seperator": COPPER}), CASE.bodies[2])),
        ("'seperator'", "it has negative, positive, separator"),
    ),
    "region in no body": (
        model(
            **mechanical(
                bodies=(LITHIUM, ELECTROLYTE), interfaces=(ssb.Interface(WORKING),), fixture=None
            )
        ),
        ("'positive'", "belongs to no body", "must belong to one"),
    ),
    "region in two bodies": (
        model(
            bodies=(
                *CASE.bodies[:2],
                ssb.Body("positive", {"negative": COPPER, "positive": LITHIUM_METAL}),
            )
        ),
        ("'negative'", "more than one body"),
    ),
    "body without region": (lambda: ssb.Body("negative", {}), ("'negative'", "no region")),
    "text for a material": (
        lambda: ssb.Body.single("negative", "lithium_lepage2019"),
        ("'lithium_lepage2019'", "is not a Material", "library.by_name"),
    ),
    "body twice": (changed(bodies=(*CASE.bodies, LITHIUM)), ("same name", "negative")),
    "unknown body": (
        changed(interfaces=(ssb.Interface("negative|seperator"),)),
        ("'seperator'", "bodies: negative, separator, positive"),
    ),
    "name of an interface": (lambda: ssb.Interface("negative-separator"), ("'minus|plus'",)),
    "interface twice": (
        changed(interfaces=(*CASE.interfaces, ssb.Interface("separator|negative"))),
        ("'negative' and 'separator'", "twice"),
    ),
    "bodies apart": (
        model(interfaces=(*CASE.interfaces, ssb.Interface("negative|positive"))),
        ("'negative|positive'", "do not touch"),
    ),
    "missing law for an interface": (
        model(**mechanical(interfaces=(ssb.Interface(WORKING),))),
        ("missing law", "'separator' and 'positive'", "give Interface(", "one body"),
    ),
    "number for a gap": (
        lambda: ssb.Interface(WORKING, initial_gap=50e-9),
        ("5e-08 is not a function", "LensGap"),
    ),
    "two fixtures": (
        changed(fixture=(CASE.fixture, ssb.ConstantForce(1 * MPa))),
        ("one fixture", "single"),
    ),
    "class for a fixture": (changed(fixture=ssb.Spring), ("write Spring(...)",)),
    "class for a frame": (
        lambda: dataclasses.replace(stack(ssb.PlaneStrain()), frame=ssb.PlaneStrain),
        ("write PlaneStrain(...)",),
    ),
    "fixture and support on one face": (
        changed(supports=(*CASE.supports, ssb.Roller("top"))),
        ("'top'", "choose one"),
    ),
    "fixture and moving support on one face": (
        changed(supports=(*CASE.supports, ssb.Clamp("top", lambda x, t: 0 * x[:2]))),
        ("'top'", "choose one"),
    ),
    "support across the platen's way": (
        model(supports=(ssb.Roller("bottom"), ssb.Clamp("left"))),
        ("face 'top'", "use Roller"),
    ),
    "nothing to press against": (
        model(supports=CASE.supports[1:]),
        ("face 'top'", "against nothing", "Roller('bottom')"),
    ),
    "spring that never seats": (
        changed(protocol=(ssb.Rest(1 * s),)),
        ("Spring", "begin with Preload()"),
    ),
    "preload in mid-run": (
        changed(protocol=(*CASE.protocol, ssb.Preload(1 * s))),
        ("begin the protocol with Preload()",),
    ),
    "cubic elements": (lambda: ssb.Discretisation(degree=3), ("degree 3", "use 1 or 2")),
    "empty protocol": (changed(protocol=()), ("protocol is empty", "Rest(1 * hour)")),
    "lonely step": (changed(protocol=ssb.Rest(1 * s)), ("(Rest(...),)",)),
    "endless rest": (lambda: ssb.Rest(math.inf), ("'rest' never ends", "finite duration")),
    "endless current": (
        lambda: ssb.ConstantCurrent(
            1 * mA_per_cm2, math.inf * hour, stops=(ssb.VoltageAbove(1 * V),)
        ),
        ("never ends", "finite duration"),
    ),
    "kinetics without electrodes": (
        changed(electrodes=None),
        ("'negative|separator'", "no electrodes"),
    ),
    "electrodes without kinetics": (
        changed(interfaces=(CASE.interfaces[0], ssb.Interface(COUNTER))),
        ("'positive|separator'", "those are: negative|separator"),
    ),
    "unknown electrode": (
        changed(electrodes=ssb.Electrodes("negative|seperator", COUNTER)),
        ("'negative|seperator'", "those are: negative|separator, positive|separator"),
    ),
    "one electrode for two": (
        changed(electrodes=ssb.Electrodes(WORKING, WORKING)),
        ("must be two",),
    ),
    "no counter": (changed(electrodes=ssb.Electrodes(WORKING, None)), ("FacePotential",)),
    "kinetics without metal": (
        changed(bodies=(ssb.Body.single("negative", COPPER), *CASE.bodies[1:])),
        ("minus body 'negative'", "electrode metal"),
    ),
    "kinetics without electrolyte": (
        model(bodies=(LITHIUM, ssb.Body.single("separator", COPPER), CASE.bodies[2])),
        ("plus body 'separator'", "conducts ions"),
    ),
    "current without electrodes": (
        changed(**mechanical(protocol=CASE.protocol)),
        ("'plate' drives a current", "take Rest"),
    ),
    "load on an unknown body": (
        changed(loads=ssb.Loads(body_forces=(ssb.BodyForce("lid", lambda x: x),))),
        ("'lid'", "bodies: negative"),
    ),
    "fluid on a face that is held": (
        changed(loads=pressed("left")),
        ("face 'left'", "a Roller holds", "would do nothing"),
    ),
    "fluid under the platen": (
        changed(loads=pressed("top")),
        ("face 'top'", "a Spring holds"),
    ),
    "two fluids on a face": (
        changed(supports=CASE.supports[:1], loads=pressed("right", "right")),
        ("face 'right' has 2 loads of the kind FacePressure",),
    ),
    "source of ions in a metal": (
        changed(loads=ssb.Loads(ion_sources=(ssb.IonSource("negative", lambda x: 1.0),))),
        ("'negative'", "conducts none", "separator"),
    ),
    "lithium that enters a metal": (
        model(loads=ssb.Loads(face_fluxes=(ssb.FaceFlux("bottom", lambda time: 1e-6),))),
        ("face 'bottom'", "no body hosts any"),
    ),
    "potential on a metal": (
        model(loads=ssb.Loads(face_potentials=(ssb.FacePotential("top", lambda x: 0 * x[0]),))),
        ("face 'top'", "bodies that do: separator"),
    ),
    "C-rate without a host": (
        model(protocol=(ssb.Preload(1 * s), ssb.Charge(1 / hour, to=4 * V))),
        ("'charge' goes by C-rate", "ConstantCurrent"),
    ),
    "cut-off passed at the start": (
        model(
            protocol=(
                ssb.Preload(1 * s),
                ssb.ConstantCurrent(1 * mA_per_cm2, 1 * s, stops=(ssb.VoltageBelow(0.1 * V),)),
            )
        ),
        ("past its cut-off", "the cell is at 0 V"),
    ),
    "content for what hosts none": (
        lambda: ssb.Body.single("negative", LITHIUM_METAL, content=0.5),
        ("'negative'", "no region of it that hosts lithium"),
    ),
    "host without a content": (
        model(bodies=(ssb.Body.single("negative", NMC), *CASE.bodies[1:])),
        ("'negative'", "give its initial content"),
    ),
    "content outside the table": (
        model(bodies=(ssb.Body.single("negative", NMC, content=0.1), *CASE.bodies[1:])),
        ("the initial content 0.1 is outside", "expected 0.223 to 1"),
    ),
    "host beside metal in one body": (
        model(
            bodies=(
                ssb.Body("both", {"negative": NMC, "separator": COPPER}, {"negative": 0.9}),
                CASE.bodies[2],
            ),
            interfaces=(ssb.Interface("both|positive"),),
            electrodes=None,
            protocol=(ssb.Preload(1 * s),),
        ),
        ("'separator' hosts no lithium", "make them two bodies"),
    ),
    "law for a region that is none": (
        model(
            interfaces=(
                ssb.Interface(WORKING, kinetics_of={"negativ": lithium_li6ps5cl()}),
                CASE.interfaces[1],
            )
        ),
        ("law for 'negativ'", "those are: negative"),
    ),
    "sites of a host on a metal": (
        model(
            interfaces=(
                ssb.Interface(WORKING, kinetics=ssb.ButlerVolmer(10.0, sites=ssb.HostSites())),
                CASE.interfaces[1],
            )
        ),
        ("needs the lithium content of a host", "lithium_lepage2019"),
    ),
    "feed of what conducts no electrons": (
        lambda: ssb.Body("oxide", {"oxide": NMC}, {"oxide": 0.5}, feed="top"),
        ("fed with electrons through 'top'", "'nmc811'", "ElectronConductor"),
    ),
    "bond across a gap": (
        lambda: ssb.Interface(
            WORKING, adhesion=BOND, initial_gap=ssb.LensGap(half_width=5 * um, depth=1e-7)
        ),
        ("a bond begins closed",),
    ),
    "linear elements that would lock": (
        changed(discretisation=ssb.Discretisation(degree=1)),
        ("lithium_lepage2019", "Discretisation(degree=2)"),
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_cases(what: str) -> None:
    make, words = CASES[what]
    refused(make, CaseError, *words)


@pytest.mark.parametrize(
    "changes",
    [
        {"supports": (ssb.Roller("botom"),)},
        {"fixture": ssb.ConstantForce(1 * MPa, face="botom")},
        {"loads": ssb.Loads(face_pressures=(ssb.FacePressure("botom", lambda time: 0.0),))},
        {"loads": ssb.Loads(face_fluxes=(ssb.FaceFlux("botom", lambda time: 0.0),))},
    ],
    ids=["support", "fixture", "load", "flux"],
)
def test_unknown_face(changes: dict[str, Any]) -> None:
    refused(model(**changes), MeshError, "'botom'", "it has bottom, top, left, right")


def test_platen_along_the_radius() -> None:
    """The forces on it point in all directions."""
    case = ssb.Case(
        name="disc",
        geometry=ssb.Stack(
            frame=ssb.Axisymmetric(),
            layers=(ssb.Layer("disc", 5 * um),),
            width=10 * um,
            size_interface=5 * um,
            size_bulk=5 * um,
        ),
        bodies=(ssb.Body.single("disc", COPPER),),
        supports=(ssb.Roller("bottom"), ssb.Roller("top")),
        fixture=ssb.ConstantForce(1 * MPa, face="right"),
        protocol=(ssb.Preload(1 * s),),
    )
    refused(
        lambda: CellModel(case, case.geometry.build(COMM)),
        CaseError,
        "face 'right'",
        "along the radius",
    )


def test_layers_of_one_name() -> None:
    twice = (ssb.Layer("separator", 1 * um), ssb.Layer("separator", 2 * um))
    flat = stack(ssb.PlaneStrain())
    refused(lambda: dataclasses.replace(flat, layers=twice), MeshError, "different names")


def test_unreadable_mesh(tmp_path: Path) -> None:
    missing, broken = tmp_path / "missing.msh", tmp_path / "broken.msh"
    begun = b"$MeshFormat\n4.1 0 8\n$EndMeshFormat\n$Nodes\nnothing"
    on_first(COMM, lambda: broken.write_bytes(begun))
    for path, word in ((missing, "no such file"), (broken, "cut off")):
        mesh = MeshFile(frame=ssb.PlaneStrain(), path=path)
        refused(lambda mesh=mesh: mesh.build(COMM), MeshError, str(path), word)
    solid = MeshFile(frame=ssb.ThreeDimensional(), path=REFERENCE / "plane.msh")
    refused(lambda: solid.build(COMM), MeshError, "plane.msh", "no tetrahedra")


def test_run_folder_that_holds_a_run(tmp_path: Path) -> None:
    """It is left as it was, to the last byte."""
    folder = tmp_path / "runs"
    files = {"manifest.json": '{"status": "complete"}', "series.csv": "time [s]\n1\n"}

    def leave() -> None:
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")

    on_first(COMM, leave)
    refused(lambda: ssb.run(CASE, folder), RunFolderError, str(folder), "already holds a run")
    found = {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.is_file()}
    assert found == files


def test_run_folder_that_holds_a_mesh(tmp_path: Path) -> None:
    """The mesh that a run keeps would take the place of the user's own."""
    mesh = tmp_path / "mesh.msh"
    on_first(COMM, lambda: mesh.write_text("mine", "utf-8"))
    refused(lambda: ssb.run(CASE, tmp_path), RunFolderError, str(tmp_path), "file mesh.msh")
    assert mesh.read_text("utf-8") == "mine"


def test_public_names_are_what_they_seem() -> None:
    """A module must not take the place of a function of the same name."""
    for name in set(ssb.__all__) - {"__version__"}:
        assert callable(getattr(ssb, name)), name
        assert getattr(ssb, name) is getattr(ssb, name)


def test_stop_condition_on_something_unknown(tmp_path: Path) -> None:
    """What a run finds wrong is told in its folder too."""
    stop = ssb.ContactBelow("negative|seperator", 0.5)
    rest = ssb.Rest(1 * minute, stops=(stop,))
    case = dataclasses.replace(CASE, protocol=(ssb.Preload(1 * s), rest))
    words = ("'rest' stops on 'contact_fraction:negative|seperator'", f"contact_fraction:{WORKING}")
    refused(lambda: ssb.run(case, tmp_path / "run"), CaseError, *words)
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text("utf-8"))
    assert manifest["status"] == "failed"
    assert manifest["reason"].startswith("CaseError: step 'rest' stops on")


def test_mistake_seen_by_one_rank_only(tmp_path: Path) -> None:
    """A gap that is wrong at one end of the cell ends the run on all ranks."""
    gap = ssb.FunctionGap(lambda x: np.where(x[0] > 23e-6, np.nan, 0.0))
    interfaces = (dataclasses.replace(CASE.interfaces[0], initial_gap=gap), CASE.interfaces[1])
    refused(model(interfaces=interfaces), ParameterError, "FunctionGap", "expected zero or more")


def test_profile_that_fails() -> None:
    """An error inside a user's function is told as one, on all ranks."""
    gap = ssb.FunctionGap(lambda x: {}["depth"])
    interfaces = (dataclasses.replace(CASE.interfaces[0], initial_gap=gap), CASE.interfaces[1])
    refused(model(interfaces=interfaces), ParameterError, "FunctionGap", "an error: 'depth'")
