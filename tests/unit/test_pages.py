# SPDX-License-Identifier: BSD-3-Clause
"""The pages of the theory say what the code does: formulas and numbers quoted there."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from ssbmech.case.cycling import FADED
from ssbmech.case.limits import Limits
from ssbmech.interfaces.cohesion import BilinearCohesion
from ssbmech.interfaces.contact import GapConduction
from ssbmech.interfaces.kinetics import EXPONENT_LIMIT, HostSites
from ssbmech.materials.viscoplastic import NortonFlow
from ssbmech.model.parts.electrode import CUT_OFF
from ssbmech.parameter import describe
from ssbmech.run.case_script import CaseScript
from ssbmech.runfolder.audits import AuditLimits

pytestmark = pytest.mark.serial

BOND = BilinearCohesion(1e7, 1.0)
ROOT = Path(__file__).parents[2]
THEORY = ROOT / "docs" / "theory"


def page(name):
    """Return the text of a page on one line."""
    return " ".join((THEORY / name).read_text(encoding="utf-8").split())


def number(name, pattern):
    """Return the number that a page quotes where a pattern stands."""
    found = re.search(pattern, page(name))
    assert found, f"{name} no longer says {pattern!r}"
    text = found[1].replace(" ", "").replace(r"\cdot10^", "e")
    return float(re.sub(r"^10\^\{?(-?\d+)\}?$", r"1e\1", text))


def default(kind, name):
    """Return the default of a field."""
    return next(each.default for each in dataclasses.fields(kind) if each.name == name)


@pytest.mark.parametrize("content", [0.2, 0.9])
def test_powers_of_the_exchange_current(content):
    """Detailed balance asks for x to the power 1 - alpha; at one half the order does not show."""
    found = re.search(
        r"i_0\(x\) = 2\\,i_0\\,\\max\(x, x_l\)\^\{(.*?)\}\\,\\max\(1 - x, x_l\)\^\{(.*?)\}",
        page("charge.md"),
    )
    assert found, "charge.md has no formula of the exchange current"
    alpha = 0.3
    taken, free = (_value(text, alpha) for text in found.groups())
    quoted = 2.0 * content**taken * (1.0 - content) ** free
    assert float(HostSites().factor(content, alpha)) == pytest.approx(quoted, rel=1e-12)
    assert taken == 1.0 - alpha


def _value(text, alpha):
    """Return the value of an exponent of the page."""
    shown = text.replace(r"\alpha_a", str(alpha))
    parts = [float(part) for part in shown.split("-")]
    return parts[0] - sum(parts[1:])


@pytest.mark.parametrize(
    ("name", "pattern", "value"),
    [
        ("charge.md", r"`least` = (\S+) leaves", default(HostSites, "least")),
        ("charge.md", r"tangent for arguments above (\d+)", EXPONENT_LIMIT),
        ("contact.md", r"\\ell\$ = (\d+) nm", 1e9 * default(GapConduction, "length")),
        ("contact.md", r"\\theta_\{min\} = (10\^\{-9\})", default(GapConduction, "rest")),
        ("cohesion.md", r"default \$K_b = (10\^\{16\})", BOND.initial_stiffness),
        ("full_cell.md", r"`current_below`, (\S+) A/m2", FADED),
        ("full_cell.md", r"w\\,dS\} < (\S+) ```", CUT_OFF),
        ("solution.md", r"passed \$/ F\$ \| (\S+) \|", AuditLimits().lithium),
        ("solution.md", r"against the largest \| (\S+) \|", AuditLimits().charge),
        ("solution.md", r"against the platen force \| (\S+) \|", AuditLimits().force),
    ],
)  # fmt: skip
def test_numbers_of_the_pages(name, pattern, value):
    assert number(name, pattern) == pytest.approx(value, rel=1e-12)


def test_bounds_of_the_stress_exponent():
    rows = {each["name"]: each for each in describe(NortonFlow(1e-3, 1e6, 6.6))}
    low, high = rows["exponent"]["low"], rows["exponent"]["high"]
    assert f"for ${low:g} \\le N \\le {high:g}$" in page("creep.md")


def test_the_case_of_the_readme_is_a_script_that_can_be_checked_and_resumed(tmp_path):
    """It builds its case without running it, under a name that no other page uses."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```python\n(import sys\n.*?)```", text, re.DOTALL)
    path = tmp_path / "round_void.py"
    path.write_text(script, encoding="utf-8")
    loaded = CaseScript.load(path)
    assert loaded.name == loaded.case().name == "round_void"
    assert loaded.record(())["path"] == str(path)
    others = [case.parent.name for case in (ROOT / "cases").glob("*/case.py")]
    assert others and loaded.name not in others


def test_links_of_the_pages_lead_somewhere():
    """Files exist, and so do the headings within them."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    broken = []
    for source in pages:
        for target in re.findall(r"\]\(([^)\s]+)\)", source.read_text(encoding="utf-8")):
            file, _, anchor = target.partition("#")
            if "://" in target:
                continue
            path = (source.parent / file).resolve() if file else source
            if not path.exists() or (anchor and anchor not in _anchors(path)):
                broken.append(f"{source.relative_to(ROOT)}: {target}")
    assert not broken


def _anchors(path):
    """Return the anchors of the headings of a page, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_limits_of_the_page_are_those_of_a_case():
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    quoted = {name: value for value, name in re.findall(r"(-?[\d.]+)[ a-zA-Z]*\(`(\w+)`\)", text)}
    limits = Limits().values()
    assert {name for name in limits if limits[name] is not None} == set(quoted)
    for name, value in quoted.items():
        size = 1e3 if name == "pull" else 1.0
        assert limits[name] == pytest.approx(size * float(value), rel=1e-12), name
    unset = set(re.findall(r"not unless given \(`(\w+)`\)", text))
    assert unset == {name for name in limits if limits[name] is None}


def after_figure(name: str, figure: str) -> str:
    """Return what a page says between a figure and the next heading, on one line."""
    text = (ROOT / name).read_text(encoding="utf-8")
    _, found, rest = text.partition(f"{figure})")
    assert found, f"{name} shows no {figure}"
    return " ".join(rest.partition("\n## ")[0].split())


def test_the_map_says_where_its_colours_mean_nothing():
    """Its band between growth and closure is a checkerboard, which is no physics."""
    told = after_figure("docs/pressure_map.md", "figures/pressure_map.png")
    assert 'band "narrow rest"' in told
    assert "the colours mean nothing ([influence of the mesh](#influence-of-the-mesh))" in told


def test_the_guide_lists_the_units():
    """What a case may import stands in the table, and what stands there can be imported."""
    text = (ROOT / "docs" / "guide" / "first_case.md").read_text(encoding="utf-8")
    table = text.split("## Units\n")[1].split("\n## ")[0].split("\nThey multiply")[0]
    listed = set(re.findall(r"`(\w+)`", table.split("|---|")[1]))
    source = (ROOT / "ssbmech" / "units.py").read_text(encoding="utf-8")
    defined = set(re.findall(r"^(\w+): Any = (?!pint)(?!registry\.Quantity)", source, re.MULTILINE))
    assert listed == defined
