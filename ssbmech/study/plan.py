# SPDX-License-Identifier: BSD-3-Clause
"""The plan: the variants of a study by name, kept as ``plan.json`` in the study's folder.

::

    runs/<study>/
      plan.json                     what is asked for
      <knob>=<value>_<knob>=<value>/   a run folder per variant
      table.csv, table.parquet      a row per variant
      figures/
      logs/<variant>.log            what the run said
      jobs/<variant>.json           how far its job is
      done/<variant>                marker that tells Snakemake it is complete
      snakemake.log, .snakemake/    the scheduler's own

Nothing here needs more than the standard library: each job reads the plan.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ssbmech.errors import StudyError
from ssbmech.study.files import read_json, write_json
from ssbmech.study.ranges import MOST_DIGITS
from ssbmech.study.sampling import Value

FORMAT = 1
PLAN = "plan.json"
LOCK = "study.lock"

_LONGEST = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9_.+-]+")


@dataclass(frozen=True)
class Variant:
    """One run of a study.

    Attributes:
        name: Name of its run folder.
        values: Values of the varied knobs.
        arguments: Values of all knobs that are given, as on the command line.
    """

    name: str
    values: Mapping[str, Value]
    arguments: tuple[str, ...]

    @classmethod
    def of(cls, values: Mapping[str, Value], fixed: Mapping[str, Value]) -> Variant:
        """Return the variant for values of knobs.

        Args:
            values: Values of the varied knobs.
            fixed: Values of the others.
        """
        given = {**fixed, **values}
        return cls(variant_name(values), dict(values), arguments_of(given))


@dataclass(frozen=True)
class Plan:
    """What is to be run, in what folder.

    Attributes:
        study: Name of the study.
        case: Name of the case.
        script: The case script.
        python: The Python that runs it.
        ranks: MPI ranks of a variant.
        launcher: What precedes the command if there are several ranks.
        resources: What Snakemake asks a cluster for.
        fixed: Knobs with the same value in all variants.
        units: Unit of each varied knob; empty for a pure number or a choice.
        variants: The variants.
        left: Variants of earlier plans that are no more asked for; their folders are left alone.
        directory: Working folder of the runs, that of the call: files that knobs name are seen
            from there.
    """

    study: str
    case: str
    script: str
    python: str
    ranks: int
    launcher: str
    resources: Mapping[str, int | str]
    fixed: Mapping[str, Value]
    units: Mapping[str, str]
    variants: tuple[Variant, ...]
    left: tuple[str, ...] = field(default=())
    directory: str = "."

    @classmethod
    def read(cls, folder: Path) -> Plan | None:
        """Return the plan that a folder holds; None if there is none.

        Raises:
            StudyError: It cannot be read.
        """
        content = read_json(folder / PLAN)
        if not content:
            return None
        if content.pop("format", None) != FORMAT:
            raise StudyError(f"{folder / PLAN} is not of this version")
        try:
            variants = [
                Variant(row["name"], row["values"], tuple(row["arguments"]))
                for row in content.pop("variants")
            ]
            left = tuple(content.pop("left"))
            return cls(**content, variants=tuple(variants), left=left)
        except (KeyError, TypeError) as error:
            raise StudyError(f"{folder / PLAN} is no plan of a study: {error}") from error

    def write(self, folder: Path) -> None:
        """Keep the plan in a folder.

        Raises:
            StudyError: It cannot be written.
        """
        write_json(folder / PLAN, {"format": FORMAT, **asdict(self)})

    def variant(self, name: str) -> Variant:
        """Return a variant by its name.

        Raises:
            StudyError: There is no such variant.
        """
        for variant in self.variants:
            if variant.name == name:
                return variant
        raise StudyError(f"the plan has no variant {name!r}")

    def command(self, variant: Variant, out: Path) -> list[str]:
        """Return the command that runs a variant, or goes on with it.

        Args:
            variant: The variant.
            out: Its run folder.
        """
        launcher = shlex.split(self.launcher.replace("{ranks}", str(self.ranks)))
        launcher = launcher if self.ranks > 1 else []
        run = [self.python, "-m", "ssbmech", "run", self.script]
        return [*launcher, *run, "--out", str(out), "--resume", "--no-figures", *variant.arguments]


def variant_name(values: Mapping[str, Value]) -> str:
    """Return the name of a variant: its knobs, sorted, with their values; safe in any shell.

    Args:
        values: Values of the varied knobs.
    """
    name = "_".join(f"{knob}={_text(value)}" for knob, value in sorted(values.items()))
    if len(name) <= _LONGEST:
        return name
    # Names of folders end at 255 characters, and there are others to go below this one.
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _LONGEST - 9]}_{digest}"


def arguments_of(values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return values of knobs as on the command line; a switch is there or not.

    Args:
        values: Values by knob.
    """
    return tuple(
        f"--{knob}" if value is True else f"--{knob}={value}"
        for knob, value in sorted(values.items())
        if value is not False
    )


def refuse_doubles(variants: Sequence[Variant]) -> None:
    """Refuse two variants with one name.

    Raises:
        StudyError: There are such.
    """
    seen: dict[str, Mapping[str, Any]] = {}
    for variant in variants:
        if variant.name in seen:
            raise StudyError(
                f"two variants have the name {variant.name}: {dict(seen[variant.name])} and "
                f"{dict(variant.values)}; leave one out"
            )
        seen[variant.name] = variant.values


def _text(value: Value) -> str:
    """Return a value as a part of a name: numbers as they are, all else without odd signs.

    A number that has too many digits for a name, as one third has, is given with six.
    """
    if isinstance(value, float):
        text = f"{value:.{MOST_DIGITS}g}"
        return text if float(text) == value else f"{value:.6g}"
    return _UNSAFE.sub("-", str(value).lower() if isinstance(value, bool) else str(value))
