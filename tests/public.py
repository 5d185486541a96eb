# SPDX-License-Identifier: BSD-3-Clause
"""Shared by tests that walk the public dataclasses: what users put a case together from."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from types import MappingProxyType
from typing import Any, Final

import ssbmech as ssb
from ssbmech import geometry, kinds

HOUSES: Final = (
    "case",
    "frames",
    "geometry",
    "interfaces",
    "materials",
    "memory",
    "parameter",
    "validity",
)
"""Parts of the package whose dataclasses users make; beside them all that `ssbmech` exports."""

MADE_BY_THE_PACKAGE: Final = MappingProxyType(
    {
        "BodyMesh": "a mesh's part, from arrays",
        "Declaration": "made by `parameter`",
        "Derived": "holds the function that a class declares",
        "Description": "a row for manifests",
        "Facets": "facets of a mesh, from arrays",
        "Followed": "what a function of time gives, for fixtures",
        "Grains": "what a packing's grains are, from arrays",
        "InBalance": "where the lithium of a layer lies",
        "InterfaceMesh": "a mesh's part, from arrays",
        "InterfacePoint": "given to laws",
        "LabelledMesh": "a mesh, from arrays",
        "LayerPoint": "given to laws",
        "Lonely": "a finding about a case",
        "OutOfRange": "a finding about a case",
        "Particles": "what a packing gave, from arrays",
        "Reached": "how far a temperature goes in a case",
        "Result": "what a run returns",
        "Room": "where particles are packed, from arrays",
        "Run": "a run folder, read",
        "CaseScript": "a script, read",
        "Knob": "a knob of a script, read",
        "SimplexMesh": "a mesh, from arrays",
        "Spectrum": "what a run's impedance is",
        "Surroundings": "given to laws",
        "TaggedMesh": "a mesh, from arrays",
        "TimeTable": "what a profile holds its points in",
        "Weights": "of an extrapolation in time",
        "MeshSource": "base of the geometries, which check its frame",
    }
)
"""Dataclasses that users are handed and do not make."""


def public_dataclasses() -> list[Any]:
    """Return the public dataclasses that users make."""
    found: dict[Any, None] = {}
    for module in pkgutil.walk_packages(ssb.__path__, "ssbmech."):
        if module.name.split(".")[1] in HOUSES:
            for value in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(value) and value.__module__ == module.name:
                    found[value] = None
    # readers and generators of meshes have classes of their own, from arrays
    exported = {getattr(geometry, name) for name in geometry.__all__}
    found = {
        kind: None
        for kind in found
        if not kind.__module__.startswith("ssbmech.geometry.") or kind in exported
    }
    found |= dict.fromkeys(getattr(ssb, name) for name in ssb.__all__)
    return [
        kind
        for kind in found
        if inspect.isclass(kind)
        and dataclasses.is_dataclass(kind)
        and not kind.__name__.startswith("_")
        and kind.__name__ not in MADE_BY_THE_PACKAGE
    ]


def checkable(kind: Any) -> dict[str, Any]:
    """Return the fields of a dataclass whose annotation says what they hold."""
    return {
        name: hint
        for name, hint in kinds.field_kinds(kind).items()
        if hint is not Any and hint is not object
    }
