"""Find Chromium, or get it, and drive it in tests.

`python -m tests.support.browser` gets one before the tests run. In CI (the variable CI is set) a
missing browser is a failure; elsewhere the tests that need it are skipped, and the last lines say
so.
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

# One without windows first: a new tab takes a quarter of the time in it.
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPS = ("Google Chrome", "Chromium")
MISSING = "There is no Chromium here: the tests in a browser are LEFT OUT."
IN_CI = os.environ.get("CI", "").lower() not in ("", "0", "false")


@functools.cache
def find_browser() -> str | None:
    """Return the path of a Chromium or Chrome that starts, or None."""
    return next((path for path in candidates() if path and starts(path)), None)


def candidates() -> Iterator[str | None]:
    """Yield where a browser may be: those without windows first, then the system's others."""
    yield from map(shutil.which, SHELLS)
    # In a process of its own, as Playwright cannot be started twice in one.
    ask = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    kept = Path(
        subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True).stdout.strip()
    )
    for folder in kept.parents:
        shell = folder.name.replace("chromium-", "chromium_headless_shell-")
        if shell != folder.name:
            yield from map(str, folder.parent.glob(f"{shell}/*/*headless?shell"))
    yield from map(shutil.which, NAMES)
    yield from (f"/Applications/{app}.app/Contents/MacOS/{app}" for app in MAC_APPS)
    yield str(kept)


def starts(path: str) -> bool:
    """Tell whether this really is a browser: Ubuntu has a stub, and libraries may be missing."""
    return run([path, "--version"], seconds=30)


def obtain_browser() -> str | None:
    """Return a browser's path, getting one if none is there and that is possible."""
    if path := find_browser():
        return path
    print("Getting Chromium for the tests in a browser (a few minutes, only once).", flush=True)
    for commands in ways_to_install():
        if all(run(command, seconds=600) for command in commands):
            find_browser.cache_clear()
            if path := find_browser():
                return path
    return None


def ways_to_install() -> Iterator[list[list[str]]]:
    """Yield lists of commands, each list one way: Playwright's own, then the system's packages."""
    yield [[sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]]
    if shutil.which("brew"):
        yield [["brew", "install", "--cask", "chromium"]]
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and not run(["sudo", "-n", "true"], seconds=10):
        return
    if shutil.which("apt-get"):
        install = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y"]
        yield [[*sudo, "apt-get", "update"], [*install, "chromium-headless-shell"]]
        yield [[*install, "chromium"]]
    if shutil.which("dnf"):
        yield [[*sudo, "dnf", "install", "-y", "chromium"]]


def run(command: Sequence[str], seconds: int) -> bool:
    """Run a command without its output; tell whether it went well in time."""
    try:
        return not subprocess.run(command, capture_output=True, timeout=seconds).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def launch_options() -> dict[str, Any]:
    """Return what `playwright.chromium.launch` needs to start the browser that was found."""
    quiet = (
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
    )
    # Chromium has no sandbox for root.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    return {"executable_path": find_browser(), "args": [*quiet, *sandbox]}


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Chromium, started once for all tests."""
    if not find_browser():
        if IN_CI:
            pytest.fail(MISSING)
        plugins = request.config.pluginmanager
        if not plugins.has_plugin("missing-browser"):
            plugins.register(LeftOut(), "missing-browser")
        pytest.skip(MISSING)
    # Playwright keeps an event loop in this thread, and Django would refuse the database there.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(**launch_options())
        yield chromium
        chromium.close()


class LeftOut:
    """Says at the end of the run what a row of small letters would hide."""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        terminalreporter.line(MISSING, red=True, bold=True)


def main() -> int:
    """Get a browser; return 1 if there is none and there must be."""
    if obtain_browser():
        return 0
    print(f"\n!!! {MISSING} Install chromium to run them.\n", file=sys.stderr)
    return 1 if IN_CI else 0


if __name__ == "__main__":
    sys.exit(main())
