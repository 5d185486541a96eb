# SPDX-License-Identifier: BSD-3-Clause
"""A run folder as one page to mail: `write_report` makes it.

The page needs no network: pictures, charts and the code that draws them are inside. It works
without the solver in memory, on any run folder with a manifest.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ssbmech.errors import RunFolderError, extras_named
from ssbmech.runfolder import atomic

if TYPE_CHECKING:
    from ssbmech.runfolder.reader import RunData

__all__ = ["write_report"]

GENERATOR: Final = "ssbmech report"
"""How a page says that it is a report, and so may be replaced by a newer one."""

# As much of a file as holds the line that says what made it.
_HEAD: Final = 4096


@extras_named()
def write_report(folder: Path, out: Path | None = None) -> Path:
    """Write the report of a run as one HTML file that needs no network; not collective.

    The figures are drawn first if the folder has none, or none that is as new as its series. A
    report that is there already is replaced.

    Args:
        folder: Run folder; the run may go on, or have ended in any way.
        out: File to write; None for ``report.html`` in the folder.

    Returns:
        The file.

    Raises:
        RunFolderError: It is no run folder, or damaged; the file is something else than a report,
            or cannot be written.
        EnvironmentMissing: What makes the page is not installed.
    """
    from ssbmech.report.opening import open_run

    folder = Path(folder)
    target = folder / "report.html" if out is None else Path(out)
    run, notes = open_run(folder)
    run = run.solved()
    _refuse_others(target)
    try:
        text = _page(run, notes)
    except OSError as error:
        raise RunFolderError(f"{folder} cannot be read: {error}") from error
    _replace(target, text)
    return target


def _page(run: RunData, notes: list[str]) -> str:
    """Return the page.

    Raises:
        RunFolderError: The manifest holds something of another form than runs write.
        OSError: A file cannot be read.
    """
    from ssbmech.report.content import report_content
    from ssbmech.report.fracture import fracture_section
    from ssbmech.report.pictures import gallery

    content = report_content(run, notes)
    charts, chart_notes = _charts(run)
    return str(
        _template().render(
            generator=GENERATOR,
            content=content,
            gallery=gallery(run),
            fracture=fracture_section(run),
            charts=charts,
            chart_notes=chart_notes,
            plotly=_plotly(),
        )
    )


def _charts(run: RunData) -> tuple[dict[str, Any], list[str]]:
    """Return the charts that the run has data for, and what is to be said about them."""
    from ssbmech.report import charts as chart
    from ssbmech.report.content import has_rows
    from ssbmech.report.solid import solid_view

    found: dict[str, Any] = dict.fromkeys(("history", "any", "effort", "solid"))
    notes: list[str] = []
    if has_rows(run):
        found["history"], found["any"] = chart.history_chart(run), chart.any_quantity(run)
        found["effort"] = chart.effort_chart(run)
        count = run.series["time"].size
        if count > chart.MOST_ROWS:
            kept = chart.kept_rows(run).size
            notes.append(f"The charts show {kept} of {count} rows; series.csv has all.")
    found["solid"], note = solid_view(run)
    return found, notes + [note] * bool(note)


@cache
def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ssbmech.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


@cache
def _plotly() -> Any:
    """Return the code that draws the charts, to stand inside a page."""
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    # Nothing in it may end the element it stands in.
    return Markup(get_plotlyjs().replace("</script", "<\\/script"))


def _refuse_others(target: Path) -> None:
    """Refuse to overwrite what is no report.

    Raises:
        RunFolderError: There is something else, or it cannot be told.
    """
    mark = f'<meta name="generator" content="{GENERATOR}'.encode()
    try:
        with target.open("rb") as stream:
            known = mark in stream.read(_HEAD)
    except FileNotFoundError:
        return
    except OSError as error:
        raise RunFolderError(f"cannot write the report {target}: {error.strerror}") from error
    if not known:
        raise RunFolderError(
            f"{target} is there already and is no report of ssbmech; give another file"
        )


def _replace(target: Path, text: str) -> None:
    """Write a file aside and move it into place, so that nobody ever sees half of it.

    Raises:
        RunFolderError: It cannot be written.
    """
    try:
        atomic.replace(target, text)
    except OSError as error:
        raise RunFolderError(f"cannot write the report {target}: {error.strerror}") from error
