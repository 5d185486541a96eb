# SPDX-License-Identifier: BSD-3-Clause
"""From a study file to a plan: every variant's case is built before anything is run."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssbmech._version import __version__
from ssbmech.errors import RunFolderError, SSBMechError, StudyError
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.quantities import OF_CELL, QUANTITIES
from ssbmech.study.files import read_json
from ssbmech.study.plan import LOCK, Plan, Variant, refuse_doubles
from ssbmech.study.wording import refuse_unknown

if TYPE_CHECKING:
    from ssbmech.run.any_case import AnyCase
    from ssbmech.run.case_script import CaseScript
    from ssbmech.study.reductions import Figure
    from ssbmech.study.study_file import Study

# More of them in one message would bury the first.
_MOST_TOLD = 5
# Names as close as that are one name and a slip of a letter.
_SLIP = 0.9


@dataclass(frozen=True)
class Planned:
    """A plan, and what the script makes of its variants.

    Attributes:
        plan: The plan.
        records: Values of all knobs by variant, as the manifest of its run keeps them.
        cases: The cases by variant.
    """

    plan: Plan
    records: Mapping[str, Mapping[str, Any]]
    cases: Mapping[str, AnyCase]


def make_plan(study: Study) -> Planned:
    """Return the plan of a study.

    Args:
        study: The study.

    Raises:
        StudyError: A knob is not known; two variants have one name; a variant makes no case, with
            all that do not named; a figure is none that the cases can have.
        CaseError: There is no case script, or it cannot be loaded.
    """
    from ssbmech.run.case_script import CaseScript

    script = CaseScript.load(study.script)
    known = script.knobs
    refuse_unknown(study.fixed, known, "knob in [fixed]")
    study.sampling.check_knobs(known)
    whole = {name for name, knob in known.items() if type(knob.default) is int}
    variants = tuple(Variant.of(point, study.fixed) for point in study.sampling.points(whole))
    refuse_doubles(variants)
    cases = _build_all(script, variants)
    for figure in study.figures:
        for case in cases.values():
            _check_figure(figure, case, own=script.observe is not None)
    plan = Plan(
        study=study.name,
        case=next(iter(cases.values())).name,
        script=str(study.script),
        python=sys.executable,
        ranks=study.runs.ranks,
        launcher=study.runs.launcher,
        resources=study.runs.resources,
        fixed=study.fixed,
        units={knob: known[knob].unit for knob in sorted(study.sampling.knobs)},
        variants=variants,
        directory=str(Path.cwd()),
    )
    records = {each.name: _knobs_of(script.record(each.arguments)) for each in variants}
    return Planned(plan, records, cases)


def settle(planned: Planned, folder: Path) -> Plan:
    """Return the plan for a folder, with the variants of earlier plans that it leaves alone.

    Args:
        planned: The plan.
        folder: Folder of the study; may not be there yet.

    Raises:
        StudyError: The folder holds a study of another case, something that is no study, or a run
            of a variant that is of another case or version than it would be now.
    """
    plan = planned.plan
    if folder.exists() and not folder.is_dir():
        raise StudyError(f"{folder} is a file; give a folder with --out")
    old = Plan.read(folder)
    if old is None:
        if folder.is_dir() and any(path.name != LOCK for path in folder.iterdir()):
            raise StudyError(
                f"{folder} is not empty and holds no study; give another folder with --out"
            )
        return plan
    if old.case != plan.case:
        raise StudyError(
            f"{folder} holds a study of the case {old.case}, not of {plan.case}; "
            "give another folder with --out"
        )
    for variant in plan.variants:
        _check_run(folder / variant.name, planned, variant.name)
    names = {variant.name for variant in plan.variants}
    before = [*(variant.name for variant in old.variants), *old.left]
    left = [name for name in before if name not in names and (folder / name).is_dir()]
    return replace(plan, left=tuple(left))


def _build_all(script: CaseScript, variants: Sequence[Variant]) -> dict[str, AnyCase]:
    """Return the cases by variant; if some cannot be built, all of those are told."""
    cases, problems = {}, []
    for variant in variants:
        try:
            cases[variant.name] = script.case(variant.arguments)
        except (SSBMechError, ArithmeticError, LookupError, TypeError, ValueError) as failure:
            problems.append(f"{variant.name}: {type(failure).__name__}: {failure}")
    if problems:
        told = "\n  ".join(problems[:_MOST_TOLD])
        more = len(problems) - _MOST_TOLD
        rest = f"\n  and {more} more" if more > 0 else ""
        raise StudyError(
            f"{len(problems)} of {len(variants)} variants make no case, so nothing was started:"
            f"\n  {told}{rest}"
        )
    return cases


def _check_figure(figure: Figure, case: AnyCase, *, own: bool) -> None:
    """Refuse a figure of a quantity, place or step that a case cannot have.

    Quantities of the user's own are known when a model is built, not before, and may be one of the
    package's at another place, such as of the whole cell. What a case could measure so is let
    through, and looked for when the figures are collected.

    Args:
        figure: The figure.
        case: The case.
        own: Whether observers of the user's own see its runs.
    """
    where = f"in [collect.{figure.name}]"
    if figure.step:
        refuse_unknown([figure.step], {step.name for step in case.protocol}, f"step {where}")
    name, colon, place = figure.column.partition(":")
    own = own or bool(case.output.quantities)
    slip = not own and get_close_matches(name, QUANTITIES, cutoff=_SLIP)
    elsewhere = own and (name in OF_CELL) == bool(colon)
    if elsewhere or (name not in QUANTITIES and not slip):
        return
    refuse_unknown([name], QUANTITIES, f"column {where}")
    if name in OF_CELL and colon:
        raise StudyError(f"{where}: {name} is one of the whole cell; leave out {colon + place!r}")
    if name not in OF_CELL and not place:
        raise StudyError(
            f"{where}: {name} belongs to a body or an interface; name it, for example "
            f"'{name}:{next(iter(case.places), 'separator')}'"
        )
    figure.factor(case.unit_of_volume if name == "void_volume" else QUANTITIES[name].unit)
    if colon:
        refuse_unknown([place], set(case.places), f"body or interface {where}")


def _check_run(folder: Path, planned: Planned, name: str) -> None:
    """Refuse a run that was made with other knobs, of another case, or by another version."""
    manifest = read_json(RunPaths(folder).manifest_path)
    if not manifest:
        return
    done = _knobs_of(manifest.get("script", {}))
    other = [
        f"{knob} = {done[knob]} instead of {value}"
        for knob, value in planned.records[name].items()
        if knob in done and done[knob] != value
    ]
    different = f"{folder} holds a run with {', '.join(other)}" if other else ""
    different = different or _other_version(manifest, folder)
    different = different or _other_case(planned.cases[name], manifest, folder)
    if different:
        raise StudyError(f"{name}: {different}; move it away, or give another folder with --out")


def _other_version(manifest: Mapping[str, Any], folder: Path) -> str:
    """Return how the version of a run differs from this one; nothing if it does not."""
    from ssbmech.runfolder.manifest import FORMAT_VERSION

    version = manifest.get("environment", {}).get("versions", {}).get("ssbmech")
    if version != __version__:
        return f"{folder} holds a run of ssbmech {version}, this is {__version__}"
    if manifest.get("format") != FORMAT_VERSION:
        return f"{folder} is of format {manifest.get('format')}, this version's is {FORMAT_VERSION}"
    return ""


def _other_case(case: AnyCase, manifest: Mapping[str, Any], folder: Path) -> str:
    """Return how the case of a run differs from a case; nothing if it does not."""
    from ssbmech.run.same_case import check_same

    if manifest.get("name") != case.name:
        return f"{folder} holds a run of another case: {manifest.get('name')}"
    try:
        check_same(case, manifest, folder)
    except RunFolderError as error:
        return str(error)
    return ""


def _knobs_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the knobs in what a manifest keeps of the script."""
    return {knob: entry["value"] for knob, entry in record.get("knobs", {}).items()}
