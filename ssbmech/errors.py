# SPDX-License-Identifier: BSD-3-Clause
"""Every failure of the package has a name.

A caller who wants to survive any failure of the package catches `SSBMechError`; one who wants to
act on a particular failure catches the class that names it. A message says what was wrong and what
would be right. An error that only some ranks can see goes through `raise_on_all`, so that no rank
is left waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class SSBMechError(Exception):
    """Base of all errors that the package raises on purpose."""


class CaseError(SSBMechError):
    """A case that cannot be run: unknown name, missing law, two fixtures, endless protocol."""


class CaseWarning(UserWarning):
    """A case that can be run, but whose numbers may not mean what they seem to."""


class MeshError(SSBMechError):
    """A mesh that cannot be built or read, or that lacks a region or face asked for by name."""


class PackingError(MeshError):
    """Particles that cannot be packed as asked; the message says which volume was reached."""


class ParameterError(SSBMechError):
    """A number with the wrong kind of unit or out of bounds, or an unknown name in a library."""


class KindError(CaseError, ParameterError):
    """A field holds something of another kind: a class for its instance, one item for a tuple."""


class RunFolderError(SSBMechError):
    """A run folder that cannot be created, written or read, or that already holds a run."""


class StudyError(SSBMechError):
    """A study that cannot be planned, run or collected; the message names the variant at fault."""


class EnvironmentMissing(SSBMechError):
    """An optional package or outside program that the call needs is not there, or too old."""


# Package -> extra of ssbmech that brings it.
_EXTRAS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(("PIL", "imageio_ffmpeg", "matplotlib", "pyvista", "vtkmodules"), "plot")
    | dict.fromkeys(("jinja2", "markupsafe", "plotly"), "report")
    | dict.fromkeys(("gmsh", "meshio", "netCDF4"), "mesh")
    | dict.fromkeys(("pyarrow", "snakemake"), "study")
)
_OF_SOLVER: Final = frozenset(
    {"basix", "dolfinx", "ffcx", "mpi4py", "petsc4py", "pint", "scipy", "tqdm", "ufl"}
)


def missing_package(failure: ModuleNotFoundError) -> EnvironmentMissing | None:
    """Return what to do about a package that is not installed; None for one that is not ours.

    Args:
        failure: What the import raised.
    """
    package = (failure.name or "").partition(".")[0]
    if package in _OF_SOLVER:
        return EnvironmentMissing(
            f"needs {package}: computing a case takes DOLFINx, which comes from Debian, conda or a "
            "container, and pip install 'ssbmech[solve]'; see docs/guide/environment.md"
        )
    if package in _EXTRAS:
        extra = _EXTRAS[package]
        return EnvironmentMissing(f"needs {package}: pip install 'ssbmech[{extra}]'")
    return None


@contextmanager
def extras_named() -> Iterator[None]:
    """Tell which extra brings a package that is not installed; also a decorator.

    Raises:
        EnvironmentMissing: A package of an extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as failure:
        told = missing_package(failure)
        if told is None:
            raise
        raise told from failure


class NotConverged(SSBMechError):
    """A solve ended without a solution; the time loop rolls back and cuts the step.

    Attributes:
        reason: Name of the cause, the same on all ranks.
        report: What the solver knew when it gave up, or None.
        error: Error of the step over its tolerance, if that is the cause; else 0.
    """

    def __init__(self, reason: str, report: object | None = None, error: float = 0.0) -> None:
        """Keep the cause and the solver's report.

        Args:
            reason: Name of the cause.
            report: What the solver knew when it gave up.
            error: Error of the step over its tolerance, if that is the cause.
        """
        super().__init__(reason)
        self.error = error
        self.reason = reason
        self.report = report


class StepTooSmall(NotConverged):
    """A step of the smallest allowed length still has no solution; this ends the run."""


class ObserverError(SSBMechError):
    """An observer or a quantity of the user's own failed; the message names it."""


class AuditError(SSBMechError):
    """A step breaks the conservation of lithium or charge, the force balance or the contact law."""


class ValidityError(AuditError):
    """A step leaves what the model can stand for: a hard limit of validity is passed."""


class Gathers(Protocol):
    """What telling a failure to all ranks needs of them; a communicator of MPI has it."""

    def allgather(self, sendobj: Any) -> list[Any]:
        """Return the objects of all ranks on all ranks."""


def raise_on_all(comm: Gathers, failure: SSBMechError | None) -> None:
    """Raise one and the same error on every rank as soon as any rank reports one.

    Collective: every rank calls it, with its own failure or with None. The lowest rank wins.

    Args:
        comm: Communicator of all ranks concerned.
        failure: What went wrong on this rank, or None.

    Raises:
        SSBMechError: The first failure in the order of the ranks.
    """
    for found in comm.allgather(failure):
        if found is not None:
            raise found
