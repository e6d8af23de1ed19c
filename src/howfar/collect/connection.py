"""Where a connection may go: https anywhere, plain http on this machine only."""

import contextlib
import http.client
import ipaddress
import urllib.request
from typing import IO
from urllib.parse import urljoin, urlsplit

from howfar.errors import DataUnavailable


def reason(error: object) -> str:
    """What went wrong with a connection, in words."""
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, OSError) and type(error).__name__ == "gaierror":
        return "the host was not found"
    if isinstance(error, http.client.IncompleteRead | ConnectionError):
        return "the connection was cut"
    return f"no connection ({type(error).__name__})"


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine itself."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def require_allowed(url: str) -> None:
    """Raise unless the address is https, or http on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if host and secure and parts.username is None:
        return
    raise DataUnavailable(
        what="this address is not fetched from",
        where=url if parts.username is None else f"{parts.scheme}://{host}",
        expected="an https:// address without user name, or http:// on this machine",
        next="correct the address in fetch.toml",
    )


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow a redirect only to where a first request would have been allowed to go."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        require_allowed(urljoin(req.full_url, newurl))
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def opener_for(url: str) -> urllib.request.OpenerDirector:
    """An opener that knows only http and https, and no proxy for this machine itself."""
    proxies: dict[str, str] | None = {} if is_loopback(urlsplit(url).hostname or "") else None
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(proxies),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener
