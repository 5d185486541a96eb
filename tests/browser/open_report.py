# SPDX-License-Identifier: BSD-3-Clause
"""Open a report in Chromium, use it, and listen: no error, no message, nothing from the network.

Needs Chromium on the PATH (Debian: ``apt-get install chromium``) and nothing but Python's own
library; it is no part of ``./ssb test``, whose environment has no browser::

    python3 tests/browser/open_report.py runs/li_void/report.html --pictures /tmp/report

It opens the page as wide as a desk and as a phone, waits for all charts, chooses each entry of the
lists, switches each box, types into the filter, prints, and leaves screenshots. Exit status 1 if
the page logs an error or a warning, throws, breaks its own security policy, asks for anything but
file:, data: and blob:, has a button that sends data away, or lacks a chart or picture.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Width and height of the windows [px], by name.
WINDOWS = {"desk": (1280, 900), "phone": (390, 844)}

#: Where a page may take things from.
LOCAL = ("file:", "data:", "blob:", "about:")

#: Warnings about the speed of this machine's drawing, not about the page.
SPEED = ("GL Driver Message", "willReadFrequently")

#: A page that is not ready by then never will be [s].
PATIENCE = 90.0

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)

READY = """
(() => {
  const charts = [...document.querySelectorAll('.chart')];
  return document.readyState === 'complete'
    && charts.every((each) => each.querySelector('.main-svg'));
})()
"""

COUNT = """
JSON.stringify({
  made_by: (document.querySelector('meta[name=generator]') || {}).content || '',
  charts: document.querySelectorAll('.chart .main-svg').length > 0
    ? document.querySelectorAll('.chart').length : 0,
  pictures: [...document.images].map((each) => [each.alt.slice(0, 40), each.naturalWidth]),
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  lists: Object.fromEntries([...document.querySelectorAll('select')].map(
    (each) => [each.id, [...each.options].map((option) => option.value)])),
  away: [...document.querySelectorAll('.modebar-btn')].map((each) => each.dataset.title || '')
    .filter((title) => /cloud|share|send|studio/i.test(title)),
  boxes: [...document.querySelectorAll('input[type=checkbox]')].length,
})
"""


class Browser:
    """A Chromium without a window, spoken to through a pair of pipes."""

    def __init__(self, send: int, receive: int, allowed: tuple[str, ...] = LOCAL) -> None:
        self._send, self._receive, self._allowed = send, receive, allowed
        self._buffer, self._number = b"", 0
        self.session = ""
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the DevTools protocol and return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = self._next(end)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)
        raise TimeoutError(method)

    def listen(self, seconds: float) -> None:
        """Take in events for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                self._note(self._next(end))
            except TimeoutError:
                return

    def value(self, expression: str) -> Any:
        """Return the value of an expression on the page."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until an expression on the page is true."""
        end = time.monotonic() + PATIENCE
        while not self.value(expression):
            if time.monotonic() > end:
                raise TimeoutError(expression)
            self.listen(0.2)

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Save a screenshot of the window, or of the whole page."""
        size: dict[str, Any] = {}
        if whole:
            page = self.call("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": page["width"], "height": page["height"], "scale": 1}
            size = {"captureBeyondViewport": True, "clip": clip}
        data = self.call("Page.captureScreenshot", format="png", **size)["data"]
        path.write_bytes(base64.b64decode(data))

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._receive], [], [], max(end - time.monotonic(), 0.0))
            if not ready:
                raise TimeoutError("no answer")
            data = os.read(self._receive, 1 << 20)
            if not data:
                raise RuntimeError("the browser ended")
            self._buffer += data
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    def _note(self, event: dict[str, Any]) -> None:
        """Keep what should not happen."""
        method, about = event.get("method", ""), event.get("params", {})
        if method == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning", "assert"):
            text = " ".join(str(each.get("value", each)) for each in about["args"])
            self.complaints.append(f"console {about['type']}: {text}")
        elif method == "Runtime.exceptionThrown":
            details = about["exceptionDetails"]
            thrown = details.get("exception", {}).get("description", "")
            self.complaints.append(f"exception: {details['text']} {thrown}")
        elif method == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            entry = about["entry"]
            if any(words in entry["text"] for words in SPEED):
                return
            self.complaints.append(f"log {entry['level']}: {entry['text']} {entry.get('url', '')}")
        elif method == "Network.requestWillBeSent":
            address = about["request"]["url"]
            self.requests.append(address.partition(":")[0])
            if not address.startswith(self._allowed):
                self.complaints.append(f"network: {address}")
        elif method in (
            "Network.webSocketCreated",
            "Target.targetCrashed",
            "Inspector.targetCrashed",
        ):
            self.complaints.append(f"{method}: {about}")


@contextmanager
def browser(window: str, served: str = "") -> Iterator[Browser]:
    """Start Chromium with an empty page, in a fresh profile, and listen to it.

    Args:
        window: name of its size, of `WINDOWS`.
        served: beginning of the addresses that it may ask for beside local ones.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise FileNotFoundError("there is no chromium on the PATH")
    width, height = WINDOWS[window]
    their_in, send = os.pipe()
    receive, their_out = os.pipe()
    with tempfile.TemporaryDirectory(prefix="report-", ignore_cleanup_errors=True) as profile:
        # Chromium reads from file descriptor 3 and writes to 4.
        script = f'exec "$0" "$@" 3<&{their_in} 4>&{their_out}'
        flags = [*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}"]
        if served:
            # the last one counts
            flags.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
        process = subprocess.Popen(
            ["bash", "-c", script, program, *flags, "about:blank"],
            pass_fds=(their_in, their_out),
            stderr=subprocess.DEVNULL,
        )
        os.close(their_in)
        os.close(their_out)
        try:
            chromium = Browser(send, receive, (*LOCAL, *([served] if served else [])))
            target = chromium.call("Target.createTarget", url="about:blank")["targetId"]
            session = chromium.call("Target.attachToTarget", targetId=target, flatten=True)
            chromium.session = session["sessionId"]
            for domain in ("Runtime", "Log", "Network", "Page"):
                chromium.call(f"{domain}.enable")
            chromium.call(
                "Emulation.setDeviceMetricsOverride",
                width=width, height=height, deviceScaleFactor=1, mobile=window == "phone",
            )  # fmt: skip
            yield chromium
        finally:
            process.terminate()
            process.wait()
            os.close(send)
            os.close(receive)


def visit(report: Path, window: str, pictures: Path) -> list[str]:
    """Open the report in a window, use all of it, and return what should not have happened."""
    with browser(window) as chromium:
        chromium.call("Emulation.setTouchEmulationEnabled", enabled=window == "phone")
        start = time.monotonic()
        chromium.call("Page.navigate", url=report.resolve().as_uri())
        chromium.wait_for(READY)
        seconds = time.monotonic() - start
        chromium.listen(1.5)
        found = json.loads(chromium.value(COUNT))
        chromium.picture(pictures / f"{window}_top.png")
        chromium.picture(pictures / f"{window}_whole.png", whole=True)
        use(chromium, window, pictures, found)
        complaints = chromium.complaints
        if found["made_by"] != "ssbmech report":
            complaints.append(f"{report} is no report")
        complaints += [f"no picture: {name}" for name, size in found["pictures"] if not size]
        complaints += [f"a button that sends data away: {title}" for title in found["away"]]
        if found["wide"] > 0:
            complaints.append(f"the page is {found['wide']} px wider than the window")
        sys.stdout.write(
            f"{window}: {found['charts']} charts after {seconds:.1f} s, "
            f"{len(found['pictures'])} pictures, lists {found['lists']}, "
            f"{found['boxes']} boxes, requests {sorted(set(chromium.requests))}\n"
        )
    return [f"{window}: {each}" for each in complaints]


def use(chromium: Browser, window: str, pictures: Path, found: dict[str, Any]) -> None:
    """Choose, switch and type what there is, with a picture of each chart."""
    for name, entries in found["lists"].items():
        for entry in [*entries[1:], entries[0]]:
            chromium.value(
                f"(() => {{ const list = document.getElementById({json.dumps(name)});"
                f" list.value = {json.dumps(entry)}; list.dispatchEvent(new Event('change')); }})()"
            )
            chromium.listen(0.4)
            if entry in ("void_volume", "gap", "von_mises", "content", "conducting"):
                show(chromium, name, pictures / f"{window}_{name}_{entry}.png")
    for _ in range(2):
        chromium.value(
            "document.querySelectorAll('input[type=checkbox]').forEach((box) => box.click())"
        )
        chromium.listen(0.6)
    chromium.value(
        "(() => { const chart = document.getElementById('chart-history'); if (!chart) return;"
        " const [low, high] = chart.layout.xaxis.range, size = high - low;"
        " return Plotly.relayout(chart, {'xaxis.range': [low + 0.3 * size, low + 0.6 * size]})"
        ".then(() => 1); })()"
    )
    chromium.listen(0.6)
    show(chromium, "any-quantity", pictures / f"{window}_enlarged.png")
    chromium.value("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    chromium.value(
        "if (document.getElementById('filter')) {"
        " const box = document.getElementById('filter'); box.value = 'young';"
        " box.dispatchEvent(new Event('input')); }"
    )
    show(chromium, "parameters", pictures / f"{window}_parameters.png")
    show(chromium, "audits", pictures / f"{window}_audits.png")
    show(chromium, "sources", pictures / f"{window}_sources.png")
    if window == "desk":
        hover(chromium, pictures / "desk_hover.png")
    data = chromium.call("Page.printToPDF", printBackground=False)["data"]
    (pictures / f"{window}_print.pdf").write_bytes(base64.b64decode(data))


def show(chromium: Browser, name: str, path: Path) -> None:
    """Save a picture of the window with an element at its top."""
    if chromium.value(
        f"(() => {{ const each = document.getElementById({json.dumps(name)});"
        " if (each) each.scrollIntoView(); return Boolean(each); })()"
    ):
        chromium.listen(0.5)
        chromium.picture(path)


def hover(chromium: Browser, path: Path) -> None:
    """Point at the middle of the charts over time."""
    place = chromium.value(
        "(() => { const each = document.getElementById('chart-history'); if (!each) return null;"
        " each.scrollIntoView(); const box = each.getBoundingClientRect();"
        " return [box.left + box.width / 2, box.top + 250]; })()"
    )
    if place:
        chromium.call("Input.dispatchMouseEvent", type="mouseMoved", x=place[0], y=place[1])
        chromium.listen(0.8)
        chromium.picture(path)


def main() -> int:
    parser = argparse.ArgumentParser(description="Open a report in Chromium and listen.")
    parser.add_argument("report", type=Path, help="the HTML file")
    parser.add_argument("--pictures", type=Path, default=Path("report_pictures"),
                        help="folder for the screenshots")  # fmt: skip
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    complaints = [
        each for window in WINDOWS for each in visit(options.report, window, options.pictures)
    ]
    for complaint in complaints:
        sys.stdout.write(f"{complaint}\n")
    sys.stdout.write("failed\n" if complaints else "no error, nothing from the network\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
