"""A real browser without a window, spoken to by the W3C's WebDriver protocol: Chromium and its driver."""

import contextlib
import json
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or ""
DRIVER = shutil.which("chromedriver") or ""
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's name of a reference to an element
PAGE_TIMEOUT_S = 30.0
_ARRIVED = "return document.readyState === 'complete' && !document.documentElement.hasAttribute('data-left')"
_STARTED = "started successfully on port "


class BrowserError(Exception):
    """What the browser refused, in its words."""


class Browser:
    """One window with an empty profile. Elements are found by CSS; what is not there is an error at once."""

    def __enter__(self) -> Self:
        self._pause = threading.Event()
        self._profile = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        self._driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._driver.stdout is not None
        line = ""
        while _STARTED not in line:
            line = self._driver.stdout.readline().decode()
            if not line:
                raise BrowserError("chromedriver did not start")
        self._base = f"http://127.0.0.1:{line.rpartition(_STARTED)[2].strip().rstrip('.')}/session"
        arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
        ]
        options = {"binary": BROWSER, "args": [*arguments, f"--user-data-dir={self._profile.name}"]}
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}}
        try:
            self._base += f"/{self._call('POST', '', wanted)['sessionId']}"
        except BaseException:
            self._end_driver()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(BrowserError, OSError):
            self._call("DELETE", "")
        self._end_driver()

    def _end_driver(self) -> None:
        self._driver.terminate()
        self._driver.wait(10)
        assert self._driver.stdout is not None
        self._driver.stdout.close()
        self._profile.cleanup()

    def command(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A command of the protocol."""
        return self._call(method, path, body)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            with error:
                said = json.load(error)["value"]
            raise BrowserError(f"{said['error']}: {said['message'].splitlines()[0]}") from None

    # --- what a person does -------------------------------------------------------------------------------------------

    def go(self, url: str) -> None:
        """Open a page."""
        self._call("POST", "/url", {"url": url})

    @property
    def address(self) -> str:
        """Where the window is."""
        return str(self._call("GET", "/url"))

    def find(self, css: str) -> str:
        """The first element."""
        return str(self._call("POST", "/element", {"using": "css selector", "value": css})[_ELEMENT])

    def has(self, css: str) -> bool:
        """True when there is such an element."""
        return bool(self._call("POST", "/elements", {"using": "css selector", "value": css}))

    def text(self, css: str = "main") -> str:
        """What a person reads in an element."""
        return str(self._call("GET", f"/element/{self.find(css)}/text"))

    def type(self, css: str, text: str) -> None:
        """Replace what is in a field."""
        element = self.find(css)
        self._call("POST", f"/element/{element}/clear")
        self._call("POST", f"/element/{element}/value", {"text": text})

    def click(self, css: str) -> None:
        """Click, and wait for the page that it opens."""
        element = self.find(css)
        self._leave(lambda: self._call("POST", f"/element/{element}/click"))

    def click_link(self, text: str) -> None:
        """Click the link of this text."""
        found = self._call("POST", "/element", {"using": "link text", "value": text})[_ELEMENT]
        self._leave(lambda: self._call("POST", f"/element/{found}/click"))

    def value(self, css: str) -> str:
        """What stands in a field."""
        return str(self._call("GET", f"/element/{self.find(css)}/property/value"))

    def wait_for(self, happened: Callable[[], Any]) -> Any:
        """What a page comes to by its own scripts, once there is something."""
        ends_at_s = time.monotonic() + PAGE_TIMEOUT_S
        while time.monotonic() < ends_at_s:
            if found := happened():
                return found
            self._pause.wait(0.01)
        raise BrowserError("the page did not come to that")

    def _leave(self, act: Callable[[], object]) -> None:
        """Do what opens another page, and wait until that stands."""
        self.run("document.documentElement.setAttribute('data-left', '')")
        act()
        ends_at_s = time.monotonic() + PAGE_TIMEOUT_S
        while time.monotonic() < ends_at_s:
            with contextlib.suppress(BrowserError):  # between two pages there is none
                if self.run(_ARRIVED):
                    return
            self._pause.wait(0.01)
        raise BrowserError("no other page opened")

    def press(self, keys: str, *, leaves: bool = False) -> None:
        """Press keys wherever the focus is; leaves when they open another page."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        pressed = {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}
        if leaves:
            self._leave(lambda: self._call("POST", "/actions", pressed))
        else:
            self._call("POST", "/actions", pressed)

    def focused_name(self) -> str:
        """The accessible name of what has the focus."""
        element = self._call("GET", "/element/active")[_ELEMENT]
        return str(self._call("GET", f"/element/{element}/computedlabel"))

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script as the driver; the page's own policy lets it run none."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def fill(self, css: str, value: str) -> None:
        """Set a field whose way of being typed differs by language, such as a date."""
        self.run("document.querySelector(arguments[0]).value = arguments[1]", css, value)

    def resize(self, width: int, height: int) -> None:
        """The page's size in CSS pixels, also below what a window can be."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._devtools("Emulation.setDeviceMetricsOverride", metrics)

    def prefer_colours(self, scheme: str) -> None:
        """light or dark, as set in the system."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._devtools("Emulation.setEmulatedMedia", {"features": features})

    def _devtools(self, command: str, parameters: dict[str, Any]) -> None:
        self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def screenshot(self) -> str:
        """The window as PNG in base64."""
        return str(self._call("GET", "/screenshot"))
