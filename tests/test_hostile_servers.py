"""Mail servers that repeat secrets, never come to an end, or answer what nobody can read: one sentence each time."""

from __future__ import annotations

import base64
import re
import socket
import time
from typing import BinaryIO

import pytest

from mailbot.adapters import imap_link, smtp_link
from mailbot.adapters.imap import ImapMailbox
from mailbot.adapters.imap_link import Account
from mailbot.adapters.masking import masked
from mailbot.adapters.oauth2 import AccessToken
from mailbot.adapters.smtp_link import Relay
from mailbot.errors import MailboxError, PostError
from tests.servers import HOST
from tests.talking import imap, talking

LONG = "eyJ" + "A1b2C3d4" * 150


def account(port: int, password: str = "", token: str = "", wait: float = 0.3) -> Account:
    return Account(HOST, port, "none", "me@shop.test", password, wait, wait, giving(token))


def giving(token: str) -> AccessToken | None:
    def give(refused: str = "") -> str:
        return token

    return give if token else None


def leaks(words: str, secret: str) -> bool:
    """Whether eight characters of the secret in a row can be read in the words, as they stand or from base64."""
    runs = [run for run in re.findall(r"[A-Za-z0-9+/]{4,}", words) if len(run) % 4 != 1]
    raw = [base64.b64decode(run + "=" * (-len(run) % 4)) for run in runs]
    read = [words.replace("\\", ""), *(each.decode("utf-8", "replace") for each in raw)]
    parts = {secret[at : at + 8].replace("\\", "") for at in range(max(1, len(secret) - 7))}
    return any(part in each for each in read for part in parts)


# ---- secrets that come back ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("capabilities", "password", "token"),
    [
        ("AUTH=XOAUTH2 SASL-IR", "", LONG),
        ("AUTH=XOAUTH2", "", "ya29.short-token-0123456789"),
        ("AUTH=OAUTHBEARER", "", LONG),
        ("", 'pa"ss\\word-4711', ""),
        ("", 'it\'s "both" kinds', ""),
        ("AUTH=PLAIN", "pässwörd-secret", ""),
        ("AUTH=PLAIN", "é1", ""),
    ],
)
def test_imap_server_that_repeats(capabilities: str, password: str, token: str) -> None:
    """What was sent comes back in the refusal, whole, cut and plain: none of it gets into the sentence."""
    secret = password or token
    heard: list[bytes] = []

    def talk(connection: socket.socket, file: BinaryIO) -> None:
        connection.sendall(f"* OK [CAPABILITY IMAP4rev1 {capabilities}] hello\r\n".encode())
        for line in file:
            tag, _, rest = line.strip().partition(b" ")
            if rest.upper().startswith((b"AUTHENTICATE", b"LOGIN")):
                if rest.upper().startswith(b"AUTHENTICATE") and rest.count(b" ") == 1:
                    connection.sendall(b"+ \r\n")
                    rest += b" " + file.readline().strip()
                heard.append(rest)
                said = b"no: " + rest[:260] + b" " + rest + b" " + secret.encode()
                connection.sendall(tag + b" NO " + said + b"\r\n")
            else:
                connection.sendall(f"* CAPABILITY IMAP4rev1 {capabilities}\r\n".encode() + tag + b" OK done\r\n")

    with talking(talk) as server, pytest.raises(MailboxError, match=r"refused the (login|sign-in) of me") as no:
        imap_link.connect(account(server.port, password, token))
    assert leaks(heard[0].decode(), secret)  # … so this test can fail
    assert not leaks(str(no.value), secret)


@pytest.mark.parametrize("token", ["", LONG, "ya29.short-token-0123456789"])
def test_smtp_server_that_repeats(token: str) -> None:
    """`535 failed: AUTH PLAIN AG1l…`: the base64 is masked as the password is."""
    secret = token or "hunter2-secret"

    def talk(connection: socket.socket, heard: BinaryIO) -> None:
        connection.sendall(b"220 hello\r\n")
        for line in heard:
            if line.upper().startswith(b"EHLO"):
                connection.sendall(b"250-hello\r\n250 AUTH PLAIN XOAUTH2\r\n")
            elif line.upper().startswith(b"AUTH"):
                connection.sendall(b"535 5.7.8 failed: " + line.strip()[:400] + b" " + secret.encode()[:90] + b"\r\n")
            else:
                connection.sendall(b"221 bye\r\n")

    password = "" if token else secret
    with talking(talk) as server, pytest.raises(PostError, match=r"535 5.7.8 failed: AUTH (PLAIN|XOAUTH2) …") as no:
        smtp_link.knock(Relay(HOST, server.port, "none", "me@shop.test", password, token=giving(token)))
    assert not leaks(str(no.value), secret)


def test_what_is_no_secret_stays() -> None:
    """Only the secret goes; a short one is masked whole only; none at all changes nothing."""
    assert masked("the login of ann failed: xyz", "xyz") == "the login of ann failed: …"
    assert masked("wrong password", "") == "wrong password"
    assert masked("bad: 12345678 and 23456789", "0123456789") == "bad: … and …"
    assert masked("user ann@shop.test", "", sent="\0ann@shop.test\0secret") == "user ann@shop.test"


# ---- answers without an end ---------------------------------------------------------------------------------


def test_greeting_without_an_end() -> None:
    """A line now and then for ever: getting in has an end all the same."""

    def talk(connection: socket.socket, heard: BinaryIO) -> None:
        connection.sendall(b"* OK [CAPABILITY IMAP4rev1] hello\r\n")
        for _ in range(100):
            connection.sendall(b"* OK still here\r\n")
            time.sleep(0.05)

    began = time.monotonic()
    with talking(talk) as server, pytest.raises(MailboxError, match="did not answer in time") as no:
        imap_link.connect(account(server.port, "x"))
    assert time.monotonic() - began < 2
    assert no.value.transient


def test_command_without_an_end() -> None:
    """A command that the server goes on commenting has an end too; a line that never ends has the same."""

    def talk(connection: socket.socket, heard: BinaryIO) -> None:
        connection.sendall(b"* OK [CAPABILITY IMAP4rev1] hello\r\n")
        for line in heard:
            tag, command = line.split()[:2]
            while command.upper() == b"SELECT":
                connection.sendall(b"* OK ")
                time.sleep(0.02)
            connection.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")

    began = time.monotonic()
    with talking(talk) as server:
        box = ImapMailbox(account(server.port, "x", wait=0.1))
        with pytest.raises(MailboxError, match=r"listing the inbox: .* did not answer in time"):
            box.waiting()
    assert 0.9 < time.monotonic() - began < 4


@pytest.mark.parametrize(("password", "token"), [("", "token-4711"), ("pässwörd", "")])
def test_challenges_without_an_end(password: str, token: str) -> None:
    """A server that asks again and again gets the secret once."""
    got: list[bytes] = []

    def talk(connection: socket.socket, heard: BinaryIO) -> None:
        connection.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 AUTH=PLAIN] hello\r\n")
        for line in heard:
            if b"CAPABILITY" in line:
                connection.sendall(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n" + line.split()[0] + b" OK done\r\n")
            else:
                got.append(line)
                connection.sendall(b"+ e30=\r\n")

    with talking(talk) as server, pytest.raises(MailboxError, match=r"again and again|goes on asking"):
        imap_link.connect(account(server.port, password, token))
    assert len([line for line in got if leaks(line.decode(), password or token)]) == 1
    assert len(got) <= 3


# ---- answers that nobody can read ---------------------------------------------------------------------------


@pytest.mark.parametrize("literal", [b"{18446744073709551617}", b"{9223372036854775807}", b"{999999999999999999}"])
def test_literal_larger_than_any_machine(literal: bytes) -> None:
    """A size that no number or no memory holds: one sentence, and the connection is closed."""

    def answer(tag: bytes, command: bytes, words: bytes) -> bytes | None:
        return b"* OK " + literal + b"\r\n" + tag + b" OK done\r\n" if command == b"LOGIN" else None

    with talking(imap("", answer)) as server:
        with pytest.raises(MailboxError, match="cannot be understood"):
            imap_link.connect(account(server.port, "x"))
        assert closed(server.ended)


def test_brackets_without_an_end() -> None:
    """An answer nested deeper than any parser goes: a sentence, and the next call opens a new connection."""

    def answer(tag: bytes, command: bytes, words: bytes) -> bytes | None:
        nested = b"(" * 20_000 + b")" * 20_000
        return b"* NAMESPACE " + nested + b"\r\n" + tag + b" OK done\r\n" if command == b"NAMESPACE" else None

    with talking(imap("NAMESPACE", answer)) as server:
        box = ImapMailbox(account(server.port, "x"))
        with pytest.raises(MailboxError, match="cannot be understood"):
            box.holds("Mailbot/Cases", "<1@x>")
        assert closed(server.ended)


def closed(ended: list[bool]) -> bool:
    until = time.monotonic() + 3
    while not ended and time.monotonic() < until:
        time.sleep(0.01)
    return bool(ended)


@pytest.mark.parametrize("gone", [True, False])
def test_an_empty_answer_is_no_mail(gone: bool) -> None:
    """Of a mail that is listed with a size: somebody has just taken it away, else it is an error and never a mail."""
    asked: list[bytes] = []

    def answer(tag: bytes, command: bytes, words: bytes) -> bytes | None:
        asked.append(words)
        said = b""
        if b"BODY" in words:
            said = b'* 1 FETCH (UID 7 BODY[] "")\r\n'
        elif b"RFC822.SIZE" in words and not (gone and any(b"BODY" in each for each in asked)):
            said = b"* 1 FETCH (UID 7 RFC822.SIZE 71)\r\n"
        return said + tag + b" OK done\r\n" if said else None

    with talking(imap("", answer)) as server:
        box = ImapMailbox(account(server.port, "x"))
        if gone:
            assert box.read([7]) == {}
        else:
            with pytest.raises(MailboxError, match="gave a mail without anything in it") as caught:
                box.read([7])
            assert caught.value.transient


def test_word_of_mail_behind_other_word_ends_the_wait() -> None:
    """A mail was moved away and another came, both told in one piece with the `+`."""
    idling: list[bytes] = []

    def answer(tag: bytes, command: bytes, words: bytes) -> bytes | None:
        if command == b"EXAMINE":
            uidnext = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT %d] x\r\n" % (5 if idling else 4)
            return uidnext + tag + b" OK [READ-ONLY] x\r\n"
        if command == b"IDLE":
            idling.append(tag)
            return b"+ idling\r\n* 1 EXPUNGE\r\n* 1 EXISTS\r\n"
        return idling[-1] + b" OK done\r\n" if tag == b"DONE" else None

    with talking(imap("IDLE", answer)) as server:
        box = ImapMailbox(account(server.port, "x", wait=20))
        box.watch(0)
        began = time.monotonic()
        assert box.watch(20)
        assert time.monotonic() - began < 10
        box.close()


def test_word_with_every_idle_is_no_busy_loop() -> None:
    """`* 3 EXISTS` in one piece with the `+`, each time, and nothing new: most of the time is waited."""
    asked: list[bytes] = []

    def answer(tag: bytes, command: bytes, words: bytes) -> bytes | None:
        asked.append(command)
        if command == b"EXAMINE":
            return b"* 3 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 4] x\r\n" + tag + b" OK [READ-ONLY] x\r\n"
        if command == b"IDLE":
            idling.append(tag)
            return b"+ idling\r\n* 3 EXISTS\r\n"
        return idling[-1] + b" OK done\r\n" if tag == b"DONE" else None

    idling: list[bytes] = []
    with talking(imap("IDLE", answer)) as server:
        box = ImapMailbox(account(server.port, "x", wait=5))
        began = time.monotonic()
        assert not box.watch(1.5)
        assert time.monotonic() - began >= 1.5
        box.close()
    assert 2 <= asked.count(b"IDLE") <= 4


# ---- saying who we are --------------------------------------------------------------------------------------


@pytest.mark.parametrize("no", [b"NO go away", b"BAD what?", b"OK done"])
def test_who_we_are(no: bytes) -> None:
    """NetEase opens no folder for a program that does not say its name (RFC 2971); a no to it changes nothing."""
    asked: list[tuple[bytes, bytes]] = []

    def answer(tag: bytes, command: bytes, words: bytes) -> bytes | None:
        asked.append((command, words))
        return tag + b" " + no + b"\r\n" if command == b"ID" else None

    with talking(imap("ID", answer)) as server:
        client = imap_link.connect(account(server.port, "x"))
        imap_link.say_goodbye(client)
    assert ("ID", '("name" "mailbot")') in [(command.decode(), words.decode()) for command, words in asked]
    assert [command for command, _ in asked].index(b"ID") > [command for command, _ in asked].index(b"LOGIN")


def test_who_we_are_is_not_told_everywhere() -> None:
    """A server without ID is not asked."""
    asked: list[bytes] = []
    with talking(imap("", lambda tag, command, words: asked.append(command))) as server:  # type: ignore[func-returns-value]
        imap_link.say_goodbye(imap_link.connect(account(server.port, "x")))
    assert b"LOGIN" in asked
    assert b"ID" not in asked
