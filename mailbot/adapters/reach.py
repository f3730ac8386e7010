"""Why a server could not be reached, in words: what is wrong, what to do, and whether waiting can help.

Shared by IMAP and SMTP. It must never see, and so can never tell, a user name or a password.
Certificates: RFC 9525 (the name must match) and the trust store of the system, or SSL_CERT_FILE.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

# What OpenSSL says when the other side does not speak TLS on this port at all.
NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNEXPECTED_MESSAGE", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})


def why_unreachable(error: BaseException, host: str, port: int, section: str) -> tuple[str, bool]:
    """(a sentence, whether trying later can help) for a failure of the network or of TLS.

    Args:
        section: where an admin mends it, `[imap]` or `[smtp]`.
    """
    root = next((cause for cause in _chain(error) if isinstance(cause, OSError)), error)
    for cause in _chain(error):  # libraries wrap the telling error in their own
        if isinstance(cause, ssl.SSLError | socket.gaierror | ConnectionError | TimeoutError):
            root = cause
    return _sentence(root, host, port, section)


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


def _sentence(error: BaseException, host: str, port: int, section: str) -> tuple[str, bool]:
    where = f"{host}:{port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        why = one_line(error.verify_message or "it cannot be verified")
        return (
            f"the TLS certificate of {where} is not trusted ({why}): set {section} host to the name the certificate "
            "was made for, or name the file of its issuer in the environment variable SSL_CERT_FILE",
            False,
        )
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return f"{where} broke off the TLS connection: check {section} port and security, or try again later", True
    if isinstance(error, ssl.SSLError):
        if error.reason in NOT_TLS:
            return f'{where} does not begin with TLS: check {section} port, or set security = "starttls"', False
        return f"TLS with {where} failed ({one_line(error.reason or error)}): check {section} port and security", False
    if isinstance(error, socket.gaierror):
        return f"the name {host} cannot be found: check {section} host and the network", True
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {where} (connection refused): check {section} host and port, or wait", True
    if isinstance(error, TimeoutError):
        return f"{where} did not answer in time: check {section} host, port and security, or try again later", True
    if isinstance(error, ConnectionError):
        return f"the connection to {where} was lost: it is opened again at the next try", True
    return f"{where} cannot be reached ({one_line(error)}): check {section} host and the network", True
