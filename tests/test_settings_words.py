"""What is said of a mailbot.toml that is miswritten, or that somebody else owns; and how `run` greets a terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from mailbot import settings, unreadable
from mailbot.errors import SettingsError


def refused(folder: Path, text: str) -> str:
    """What is said of these settings, less the file's name."""
    (folder / "mailbot.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        settings.load(folder)
    return str(raised.value).removeprefix(f"{folder / 'mailbot.toml'}:")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("name = My Shop", 'words need "quotation marks": name = My Shop'),
        ("name = My Shop # ours", 'words need "quotation marks": name = My Shop'),
        ("since = 2 days", 'words need "quotation marks": since = 2 days'),
        ("name =", 'nothing stands behind the =; write a value, or "" for none: name ='),
        ("name = “Blanc”", 'write plain "quotation marks": name = “Blanc”'),
        ("digest = True", "write true in small letters: digest = True"),
        ("port = 993,", "something stands behind the value that does not belong there: port = 993,"),
        ('name = "Blanc', 'a quotation mark at the end is missing: name = "Blanc'),
        ('name = "a"\nname = "b"', 'this key stands there twice; leave one of them: name = "b"'),
        ("[imap", "a section's name stands in brackets, like [desk]: [imap"),
        ("what", 'a line is a key, = and its value, like name = "Blanc"'),
    ],
)
def test_a_slip_in_the_file_is_told_in_plain_words(tmp_path: Path, line: str, said: str) -> None:
    """The line's number, what to write, and the line."""
    assert refused(tmp_path, f"[desk]\n{line}\n") == f"{2 + line.count(chr(10))}: {said}"


@pytest.mark.parametrize(
    "line",
    ["password = hush", "pasword = hush", 'password = "hush', "client_secret = hush", 'imap = {password = "hush"',
     "host = x password = hush", "host = a = hush", 'host = "a" # the password is hush', 'password = """\nhush'],
)  # fmt: skip
def test_no_password_is_shown(tmp_path: Path, line: str) -> None:
    """Nor a line that might hold one."""
    assert "hush" not in refused(tmp_path, f"[imap]\n{line} x\n")


def test_a_password_file_that_is_not_there(tmp_path: Path) -> None:
    """A sentence, and no error number."""
    said = refused(tmp_path, '[imap]\nhost = "a"\npassword_file = "gone"\n')
    assert said.endswith("gone cannot be read: there is no such file; write it, or name another")


def test_a_file_of_somebody_elses() -> None:
    """Whose it is, who asks, and as whom to run it; also where a folder above bars the way."""
    is_root = os.geteuid() == 0
    tmp_path = Path(tempfile.mkdtemp(dir="/tmp"))  # pytest's own folders let nobody else through
    file = tmp_path / "mailbot.toml"
    file.touch(0o600)
    tmp_path.chmod(0o755)
    become = "os.setuid(pwd.getpwnam('nobody').pw_uid)" if is_root else ""  # else we ask as ourselves
    script = (
        "import os; from pathlib import Path; from mailbot import unreadable\n"
        f"import pwd; {become}\nfile = Path({str(file)!r})\n"
        "print(unreadable.why(file, PermissionError(13, 'no')))\n"
    )

    def said() -> str:
        return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    if not is_root:
        file.chmod(0)
        assert "it is yours" in said()
        shutil.rmtree(tmp_path)
        return
    assert said() == "it belongs to root, and you are nobody: run it as that user (sudo -u root …)\n"
    tmp_path.chmod(0o700)
    assert said().startswith(f"the folder {tmp_path} belongs to root, and you are nobody")
    shutil.chown(tmp_path, "nobody")
    tmp_path.chmod(0o600)
    assert said() == f"the folder {tmp_path} is yours (nobody), but its rights shut you out: chmod u+rx {tmp_path}\n"
    shutil.rmtree(tmp_path)


def test_other_reasons(tmp_path: Path) -> None:
    """A folder in its place; bytes that are no text."""
    assert unreadable.why(tmp_path, IsADirectoryError(21, "no")) == "it is a folder; name a file"
    (tmp_path / "mailbot.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="cannot be read: it is not text in UTF-8; save it as UTF-8"):
        settings.load(tmp_path)


def test_the_demo_without_its_servers() -> None:
    """It says what is missing and how to get it here; a package called mailbot elsewhere is another program."""
    script = "import sys; sys.modules['pymap'] = None; from mailbot.cli import main; main(['demo'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "the demo brings mail servers that are not installed (pymap is missing): in the clone, `make demo`, or "
        "pip install '.[demo]'\n"
    )
