"""A web server on this machine that misbehaves as told; no test here reaches further."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


@dataclass
class Site:
    """What the server holds, how it behaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    failures: dict[str, list[int]] = field(default_factory=dict)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    etag: str | None = '"first"'
    ranges: bool = True
    shift: int = 0
    length: bool = True
    url: str = ""
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)

    def ranges_asked(self) -> list[str | None]:
        return [range_ for _, range_, _ in self.asked]


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = self.headers
            site.asked.append((self.path, headers["Range"], headers["If-Range"]))
            if failures := site.failures.get(self.path):
                self.send_error(failures.pop(0))
                return
            if self.path in site.redirects:
                self.send_response(302)
                self.send_header("Location", site.redirects[self.path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if self.path not in site.files:
                self.send_error(404)
                return
            body = site.files[self.path]
            start = 0
            if headers["Range"] and site.ranges and headers["If-Range"] in (None, site.etag):
                start = int(headers["Range"].removeprefix("bytes=").removesuffix("-"))
                if start >= len(body):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header(
                    "Content-Range", f"bytes {start + site.shift}-{len(body) - 1}/{len(body)}"
                )
            else:
                self.send_response(200)
            if site.etag:
                self.send_header("ETag", site.etag)
            self.send_header("Content-Type", site.types.get(self.path, "text/plain"))
            if site.length:
                self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            cuts = site.cuts.get(self.path)
            end = start + cuts.pop(0) if cuts else len(body)
            self.wfile.write(body[start:end])
            if end < len(body):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test output quiet."""

    return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    """A running server on the loopback interface."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    port = server.server_port
    server.server_close()
    return port


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and none of the settings of whoever runs the tests."""
    for name in ("HOWFAR_DATASETS", "HOWFAR_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "cache"
    monkeypatch.setenv("HOWFAR_CACHE", str(folder))
    return folder
