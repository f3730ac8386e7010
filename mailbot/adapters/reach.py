"""Why a server could not be reached, in words: what is wrong, what to do, and whether waiting can help.

Shared by IMAP and SMTP. It must never see, and so can never tell, a user name or a password.
Certificates: RFC 9525 (the name must match) and the trust store of the system, or SSL_CERT_FILE.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple

# OpenSSL's numbers for what is wrong with a certificate (x509_vfy.h); all else: nobody we know has signed it.
EXPIRED, NOT_YET, ANOTHER_NAME = frozenset({10}), frozenset({9}), frozenset({62, 63, 64})
# Where TLS is spoken from the first byte (RFC 8314 section 7.3): who waits for a greeting there waits for ever.
TLS_PORTS = frozenset({465, 993})
# What OpenSSL says when the other side does not speak TLS on this port at all.
NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNEXPECTED_MESSAGE", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})


class Unreachable(NamedTuple):
    """Why, in words: what is wrong, what to do, whether trying later can help."""

    what: str
    do: str
    transient: bool


def why_unreachable(error: BaseException, host: str, port: int, section: str) -> Unreachable:
    """What a failure of the network or of TLS means.

    Args:
        section: where an admin mends it, `[imap]` or `[smtp]`.
    """
    root = next((cause for cause in _chain(error) if isinstance(cause, OSError)), error)
    for cause in _chain(error):  # libraries wrap the telling error in their own
        if isinstance(cause, ssl.SSLError | socket.gaierror | ConnectionError | TimeoutError):
            root = cause
    return _reason(root, host, port, section)


def one_line(text: object, longest: int = 300) -> str:
    """What a server said, fit for one line of a log or a mail: printable, and not endless."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    clean = "".join(char if char.isprintable() else " " for char in words[: 4 * longest])
    return " ".join(clean.split())[:longest]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from, outermost first; bounded, as chains can be circular."""
    step: BaseException | None = error
    for _ in range(8):
        if step is None:
            return
        yield step
        step = step.__cause__ or step.__context__


def _certificate(error: ssl.SSLCertVerificationError, section: str) -> tuple[str, str]:
    """(why a certificate is not trusted, what to do), by OpenSSL's number for it."""
    if error.verify_code in EXPIRED:
        return "has expired", "whoever runs the server has to renew it; if it is in order, set this machine's clock"
    if error.verify_code in NOT_YET:
        return "begins to hold later than now", "set this machine's clock; if it is right, ask whoever runs the server"
    if error.verify_code in ANOTHER_NAME:
        return "was made for another name", f"set {section} host to the name that the certificate was made for"
    return (
        "comes from nobody that this machine knows",
        f"if the server is your own, name the file of its certificate (or its issuer's) in the environment variable "
        f"SSL_CERT_FILE; if it is not, {section} host may lead to the wrong machine",
    )


def _reason(error: BaseException, host: str, port: int, section: str) -> Unreachable:
    where = f"{host}:{port}"
    if isinstance(error, ssl.SSLError):
        return _tls(error, where, section)
    if isinstance(error, socket.gaierror):
        return Unreachable(f"the name {host} cannot be found", f"check {section} host and the network", True)
    if isinstance(error, ConnectionRefusedError):
        what = f"nothing listens at {where} (connection refused)"
        return Unreachable(what, f"check {section} host and port, or wait", True)
    if isinstance(error, TimeoutError):
        hint = f' (port {port} goes with "tls")' if port in TLS_PORTS else ""
        do = f"check {section} host, port and security{hint}, or try again later"
        return Unreachable(f"{where} did not answer in time", do, True)
    if isinstance(error, ConnectionError):
        return Unreachable(f"the connection to {where} was lost", "it is opened again at the next try", True)
    what = f"{where} cannot be reached ({one_line(error)})"
    return Unreachable(what, f"check {section} host and the network", True)


def _tls(error: ssl.SSLError, where: str, section: str) -> Unreachable:
    if isinstance(error, ssl.SSLCertVerificationError):
        why, do = _certificate(error, section)
        said = one_line(error.verify_message or "it cannot be verified").rstrip(".")
        return Unreachable(f"the TLS certificate of {where} is not trusted because it {why} ({said})", do, False)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        do = f"check {section} port and security, or try again later"
        return Unreachable(f"{where} broke off the TLS connection", do, True)
    if error.reason in NOT_TLS:
        do = f'check {section} port, or set security = "starttls"'
        return Unreachable(f"{where} does not begin with TLS", do, False)
    what = f"TLS with {where} failed ({one_line(error.reason or error)})"
    return Unreachable(what, f"check {section} port and security", False)
