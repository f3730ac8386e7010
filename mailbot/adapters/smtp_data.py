"""DATA: the bytes of a letter to the server, dots doubled (RFC 5321 4.5.2).

It never changes a byte of the letter otherwise. aiosmtplib's own `data` mends line ends first, line by line, which our
letters never need and which takes as long as all else of sending one; what is not as it should be is left to it.
"""

from __future__ import annotations

import aiosmtplib

GO_AHEAD, TAKEN = 354, 250


async def data(smtp: aiosmtplib.SMTP, raw: bytes, timeout: float) -> aiosmtplib.SMTPResponse:
    """Hand over a letter after MAIL and RCPT; what the server said when it took it.

    Raises:
        SMTPDataError: it did not; and what the connection raises, as with every command.
    """
    if not _is_whole_lines(raw):
        return await smtp.data(raw, timeout=timeout)
    _expect(GO_AHEAD, await smtp.execute_command(b"DATA", timeout=timeout))
    if smtp.protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    smtp.protocol.write((b"." if raw.startswith(b".") else b"") + raw.replace(b"\n.", b"\n..") + b".\r\n")
    return _expect(TAKEN, await smtp.protocol.read_response(timeout=timeout))


def _is_whole_lines(raw: bytes) -> bool:
    """Whether every line ends in CRLF, the last one too, and neither stands alone."""
    return raw.endswith(b"\r\n") and raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")


def _expect(code: int, answer: aiosmtplib.SMTPResponse) -> aiosmtplib.SMTPResponse:
    if answer.code != code:
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)
    return answer
