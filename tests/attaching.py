"""Files attached to a mail, as most programs attach them."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP


def with_files(raw: bytes, names: Sequence[str]) -> bytes:
    """The mail with a part for each file, after the text; what is in a file is its name."""
    if not names:
        return raw
    head, _, text = raw.partition(b"\r\n\r\n")
    body = EmailMessage()
    body.set_content(text.decode(), cte="8bit")
    for name in names:
        kind = ("application", "pdf") if name.endswith(".pdf") else ("image", "jpeg")
        body.add_attachment(name.encode(), maintype=kind[0], subtype=kind[1], filename=name)
    own = (b"content-", b"mime-version")
    kept = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(own))
    return kept + b"\r\n" + body.as_bytes(policy=SMTP)
