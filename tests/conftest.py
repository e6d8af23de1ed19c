"""Where tests find the real data, and why a skip is a failure in continuous integration."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("HOWFAR_SHARED", ROOT.parent / "shared"))
REQUIRE_ALL = os.environ.get("HOWFAR_REQUIRE_ALL") == "1"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and oracles; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder of real data is not beside this checkout (set HOWFAR_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def newsrooms(shared: Path) -> Path:
    """The fifteen page files of newsrooms-2016."""
    return shared / "datasets" / "newsrooms-2016"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, None, None]:
    """Turn every skip into a failure where all that tests need is promised to be there."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skipped under HOWFAR_REQUIRE_ALL=1: {report.longrepr}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest group first: begun last, it would keep one process at work and the other not."""
    items.sort(key=lambda item: "test_real_report" not in item.nodeid)
