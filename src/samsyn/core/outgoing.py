"""
The one way in which this installation asks another host for anything over HTTP.

Only hosts that the settings list are asked, by https. The host's name is resolved here, its addresses are looked at,
and the connection goes to the very address that was looked at, so that a name cannot lead to one address when it is
checked and to another when it is used. An address within the municipality's own network is refused unless the settings
list that host as one of its own. Redirects are not followed. There is a time and a size within which all is over.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT_S = 10.0
MAX_BYTES = 1_000_000
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}


class OutgoingFault(Exception):
    """The question was not asked, or got no answer that can be used."""


class NotAllowedOut(OutgoingFault):
    """The settings do not let this host be asked, or its name leads to where it must not."""


class NoAnswer(OutgoingFault):
    """The host did not answer in time, answered too much, or answered what is not HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the host said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(address: str) -> bool:
    """
    Tell whether an IP address is out on the Internet.

    >>> is_public("192.0.2.1"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1"), is_public("8.8.8.8")
    (False, False, False, True)
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # An IPv4 address may hide in these; then it is the one that counts.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoAnswer("The host's name leads nowhere") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _connect(host: str, port: int, *, encrypted: bool, inside: bool, timeout_s: float) -> socket.socket:
    """Return a connection to an address of the host that may be asked; no greeting has been made on it yet."""
    addresses = _addresses(host, port)
    # All must be allowed: a name with one good and one bad address is a trick, not a mistake.
    if not inside and not all(is_public(address) for address in addresses):
        raise NotAllowedOut("The host's name leads into a private network")
    last: OSError | None = None
    for address in addresses:
        try:
            plain = socket.create_connection((address, port), timeout=timeout_s)
        except OSError as fault:
            last = fault
            continue
        if not encrypted:
            return plain
        context = ssl.create_default_context()
        return context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    raise last or OSError("no address")


def request(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
) -> Answer:
    """
    Ask a listed host, and return its answer whatever its status.

    :raises NotAllowedOut: the host is not listed, its address is private, the scheme is not https, or it redirects
    :raises NoAnswer: no whole answer within the time and the size
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if method not in METHODS or not host or parts.username is not None:
        raise NotAllowedOut("Not an address that can be asked")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NotAllowedOut("Not an address that can be asked") from None
    inside = f"{host}:{port}" in settings.OUTGOING_INSIDE
    if not inside and host not in settings.OUTGOING_HOSTS:
        raise NotAllowedOut("The host is not among those that may be asked")
    # Within the own network a plain connection is the municipality's own business.
    if parts.scheme != "https" and not (inside and parts.scheme == "http"):
        raise NotAllowedOut("Only https leaves the house")
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        line = _connect(host, port, encrypted=parts.scheme == "https", inside=inside, timeout_s=timeout_s)
    except OSError:
        raise NoAnswer("The host does not answer") from None
    # The time-out of a socket holds for each read; a host that sends a byte now and then would go on for ever.
    is_cut = threading.Event()
    end = threading.Timer(timeout_s, _cut, [line, is_cut])
    end.daemon = True
    end.start()
    connection = http.client.HTTPConnection(host, port)
    connection.sock = line
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        connection.request(method, path, body=body, headers={"Connection": "close", **(headers or {})})
        response = connection.getresponse()
        content = response.read(max_bytes + 1)
    except (OSError, http.client.HTTPException, ValueError):
        raise NoAnswer("The host did not answer whole and in time") from None
    finally:
        end.cancel()
        connection.close()
    if is_cut.is_set():
        raise NoAnswer("The host did not answer whole and in time")  # a line that was cut looks like a whole answer
    if len(content) > max_bytes:
        raise NoAnswer("The host answered too much")
    length = response.headers.get("Content-Length", "")
    if method != "HEAD" and length.isdigit() and int(length) > len(content):
        raise NoAnswer("The host did not answer whole and in time")
    if 300 <= response.status < 400:
        raise NotAllowedOut("The host leads on to somewhere else")
    return Answer(response.status, dict(response.headers.items()), content)


def _cut(line: socket.socket, is_cut: threading.Event) -> None:
    is_cut.set()
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        line.close()
