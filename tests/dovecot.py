"""A private Dovecot for the tests, and mail put into mailboxes over IMAP."""

from __future__ import annotations

import contextlib
import grp
import itertools
import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from imapclient import IMAPClient

from tests.background import HOST
from tests.certificates import Certificate, needed

PASSWORD = "desk-secret"
POOL = 1000  # mailboxes made ahead: Dovecot looks at its user file once a second only

DOVECOT_CONF = """
base_dir = {folder}/base
state_dir = {folder}/state
instance_name = {folder}
protocols = imap
listen = 127.0.0.1
log_path = {folder}/dovecot.log
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login
mail_location = maildir:{folder}/mail/%u
mail_uid = {mail_uid}
mail_gid = {mail_gid}
mail_max_userip_connections = 200
mailbox_idle_check_interval = 1 s
mail_fsync = never
{tls}
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={mail_uid} gid={mail_gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
  {sent}
}}
service imap-login {{
  chroot = {chroot}
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service imap-urlauth-login {{
  chroot =
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service old-stats {{
  chroot =
}}
{settings}
"""
OAUTH2 = """
auth_mechanisms = plain login {mechanisms}
passdb {{
  driver = oauth2
  mechanisms = {mechanisms}
  args = {file}
}}
"""
OAUTH2_CONF = """
introspection_mode = post
introspection_url = {introspection}
username_attribute = email
active_attribute = active
active_value = true
"""
SENT_MARKED = "mailbox Sent {\n    auto = subscribe\n    special_use = \\Sent\n  }"


@dataclass(frozen=True, slots=True)
class User:
    """A mailbox on a test server and how to get in."""

    name: str
    password: str = PASSWORD
    host: str = HOST
    port: int = 0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def put(
    user: User, raws: Iterable[bytes], at: datetime | None = None, folder: str = "INBOX", flags: tuple[str, ...] = ()
) -> None:
    """Append mails over IMAP, unseen, in one login; how mail arrives in these tests."""
    with IMAPClient(user.host, user.port, ssl=False, timeout=30) as client:
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.login(user.name, user.password)
        mails = [{"msg": raw, "flags": flags, "date": at or datetime.now(UTC)} for raw in raws]
        for start in range(0, len(mails), 250):
            client.multiappend(folder, mails[start : start + 250])


class Dovecot:
    """A private Dovecot, as root (mail belongs to nobody) or as a plain user.

    Args:
        folder: its own; with root each folder above must be open to others (0o711), and the path short (sockets).
        separator, prefix: of the personal namespace.
        users: more mailboxes than the pool of fresh ones.
        settings: more lines of configuration.
        certificate: offers STARTTLS, and TLS on `imaps_port`.
        introspection: takes access tokens by these `mechanisms`, and asks at this address whether they are good.
    """

    host = HOST

    def __init__(
        self,
        folder: Path,
        *,
        separator: str = "/",
        prefix: str = "",
        special_use: bool = True,
        users: Mapping[str, str] | None = None,
        settings: str = "",
        certificate: Certificate | None = None,
        introspection: str = "",
        mechanisms: str = "xoauth2 oauthbearer",
    ) -> None:
        self._folder = folder
        self._tokens = (introspection, mechanisms)
        self._space = (separator, prefix)
        self._sent = SENT_MARKED if special_use else ""
        self._users = dict(users or {})
        self._settings = settings
        self._certificate = certificate
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.imap_port = 0
        self.imaps_port = 0

    def start(self) -> Dovecot:
        """Up and answering within some tens of milliseconds."""
        program = needed("dovecot")
        for _ in range(3):  # somebody may take a free port between finding and using it
            self.imap_port, self.imaps_port = free_port(), free_port()
            self._write()
            log = self._folder / "start.log"
            with log.open("wb") as output:
                self._process = subprocess.Popen(
                    [program, "-F", "-c", str(self._folder / "dovecot.conf")],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            try:
                if self._answers():
                    return self
            except BaseException:  # nothing that was started stays
                self.stop()
                raise
            self.stop()
        told = "\n".join(path.read_text() for path in self._folder.glob("*.log"))
        raise RuntimeError(f"the private Dovecot in {self._folder} did not start:\n{told[-2000:]}")

    def stop(self) -> None:
        """End the master by its pid; its children go with it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(0.2)  # by itself it takes a second
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def fresh_user(self) -> User:
        """A mailbox nobody has used."""
        number = next(self._numbers)
        if number > POOL:
            raise RuntimeError(f"more than {POOL} mailboxes were asked for: raise POOL in tests/servers.py")
        return User(f"desk{number:04}@shop.test", PASSWORD, HOST, self.imap_port)

    def deliver(self, raw: bytes, user: User, at: datetime | None = None) -> None:
        """A new mail in the inbox."""
        put(user, [raw], at)

    def maildir(self, user: User) -> Path:
        """Where the user's mail is on the disk."""
        return self._folder / "mail" / user.name

    def _answers(self) -> bool:
        until = time.monotonic() + 5
        while time.monotonic() < until and self._process and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.imap_port), 5) as probe:
                return probe.recv(4) == b"* OK"
            time.sleep(0.005)
        return False

    def _write(self) -> None:
        """The configuration and the user file; the mail belongs to nobody where root starts it."""
        mine = pwd.getpwuid(os.geteuid())
        root = mine.pw_uid == 0
        keeper = pwd.getpwnam("nobody") if root else mine
        box = self._folder / "mail"
        box.mkdir(parents=True, exist_ok=True)
        if root:
            closed = [above for above in (self._folder, *self._folder.parents) if not above.stat().st_mode & 0o001]
            if closed:
                raise RuntimeError(f"Dovecot keeps mail as nobody, who cannot enter {closed[-1]}: choose one in /tmp")
            os.chown(box, keeper.pw_uid, keeper.pw_gid)
        names = {f"desk{number:04}@shop.test": PASSWORD for number in range(1, POOL + 1)} | self._users
        lines = "".join(f"{name}:{{PLAIN}}{password}\n" for name, password in names.items())
        (self._folder / "users").write_text(lines, encoding="utf-8")
        tls = "ssl = no"
        if self._certificate:
            tls = f"ssl = yes\nssl_cert = <{self._certificate.cert}\nssl_key = <{self._certificate.key}"
        introspection, mechanisms = self._tokens
        tokens = self._folder / "oauth2.conf.ext"
        tokens.write_text(OAUTH2_CONF.format(introspection=introspection), encoding="utf-8")
        settings = OAUTH2.format(mechanisms=mechanisms, file=tokens) if introspection else ""
        text = DOVECOT_CONF.format(
            folder=self._folder,
            internal="dovecot" if root else mine.pw_name,
            group="dovecot" if root else grp.getgrgid(mine.pw_gid).gr_name,
            login="dovenull" if root else mine.pw_name,
            chroot="login" if root else "",
            mail_uid=keeper.pw_uid,
            mail_gid=keeper.pw_gid,
            separator=self._space[0],
            prefix=self._space[1],
            sent=self._sent,
            tls=tls,
            imap_port=self.imap_port,
            imaps_port=self.imaps_port,
            settings=settings + self._settings,
        )
        (self._folder / "dovecot.conf").write_text(text, encoding="utf-8")
