"""What the libraries under mailbot take for the bare work, with nothing understood, decided or kept.

The same mailbox over imapclient, the same bytes through mail-parser, letters of the same bytes over aiosmtplib: no
program built on these can be quicker than their sum on one thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import aiosmtplib
import mailparser
from imapclient import IMAPClient

from tests.servers import HOST, User

BATCH = 50  # mails in one FETCH, as the desk takes them
CONNECTIONS = 3


def fetch(user: User) -> list[bytes]:
    """Every mail of the inbox, whole."""
    return [raw for batch in batches(user) for raw in batch]


def batches(user: User) -> Iterator[list[bytes]]:
    """The inbox, batch by batch."""
    with IMAPClient(user.host, user.port, ssl=False, timeout=30) as client:
        client.login(user.name, user.password)
        client.select_folder("INBOX", readonly=True)
        uids = client.search("UNDELETED")
        for start in range(0, len(uids), BATCH):
            rows = client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"])
            yield [row[b"BODY[]"] for row in rows.values()]


def parse(raws: Sequence[bytes]) -> int:
    """Header fields and text of each; the characters of text, so that nothing is left unread."""
    return sum(_parsed(raw) for raw in raws)


def _parsed(raw: bytes) -> int:
    mail = mailparser.parse_from_bytes(raw)
    return len(mail.subject) + len(mail.from_) + sum(map(len, mail.text_plain))


def send(letters: Sequence[tuple[str, str, bytes]], port: int) -> int:
    """(from, to, bytes) over three connections; how many were taken."""
    with asyncio.Runner() as runner:
        smtp = runner.run(_connect(port))
        taken = runner.run(_send(smtp, letters))
        runner.run(_quit(smtp))
    return taken


def pipeline(user: User, letters: Sequence[tuple[str, str, bytes]], mails: int, port: int) -> int:
    """Fetch, parse and send, a batch at a time; the letters are spread evenly over the mails."""
    sent = done = 0
    with asyncio.Runner() as runner:
        smtp = runner.run(_connect(port))
        for batch in batches(user):
            parse(batch)
            done += len(batch)
            until = len(letters) * done // mails
            sent += runner.run(_send(smtp, letters[sent:until]))
        runner.run(_quit(smtp))
    return sent


async def _connect(port: int) -> list[aiosmtplib.SMTP]:
    found = [aiosmtplib.SMTP(hostname=HOST, port=port, start_tls=False) for _ in range(CONNECTIONS)]
    for smtp in found:
        await smtp.connect()
    return found


async def _send(lines: Sequence[aiosmtplib.SMTP], letters: Sequence[tuple[str, str, bytes]]) -> int:
    waiting = iter(letters)

    async def work(smtp: aiosmtplib.SMTP) -> int:
        taken = 0
        for sender, to, raw in waiting:
            await smtp.sendmail(sender, [to], raw)
            taken += 1
        return taken

    return sum(await asyncio.gather(*map(work, lines)))


async def _quit(lines: Sequence[aiosmtplib.SMTP]) -> None:
    for smtp in lines:
        await smtp.quit()
