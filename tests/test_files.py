"""Plain files of a desk: the lock, the rule files, the secret, and files written once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.adapters.files import MOST_BYTES, DeskLock, read_rule_files, read_secret, write_new, write_over
from mailbot.errors import DeskBusy, RulesError, SettingsError, StateError

HOLDER = """
import sys
from pathlib import Path
from mailbot.adapters.files import DeskLock
with DeskLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that holds the desk's lock until it is ended."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def end(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGKILL)
    child.communicate()


def test_a_second_writer_is_told_who_holds_the_desk(tmp_path: Path) -> None:
    """While another process writes, DeskBusy names its pid; when it is killed, the lock is free at once."""
    child = start_holder(tmp_path)
    try:
        with pytest.raises(DeskBusy, match=rf"process {child.pid} is already writing"), DeskLock(tmp_path):
            pass
    finally:
        end(child)
    with DeskLock(tmp_path):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
    assert (tmp_path / "lock").read_text() == ""


def test_a_lock_file_left_behind_locks_nobody_out(tmp_path: Path) -> None:
    """A pid from before a crash, or rubbish, in the file does not count: only the flock does."""
    for left in (b"1\n", b"999999\n", b"\xff\xfe rubbish" * 50):
        (tmp_path / "lock").write_bytes(left)
        with DeskLock(tmp_path / "lock"):
            assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"


def test_the_lock_makes_its_folder(tmp_path: Path) -> None:
    """A desk whose state/ is not there yet can be locked; state stays a folder."""
    with DeskLock(tmp_path / "desk" / "state"):
        assert (tmp_path / "desk" / "state" / "lock").is_file()


def test_the_lock_holds_within_one_process_too(tmp_path: Path) -> None:
    """Taking it twice is refused, naming ourselves; after an error inside it is free again."""
    with DeskLock(tmp_path), pytest.raises(DeskBusy, match=str(os.getpid())), DeskLock(tmp_path):
        pass
    with pytest.raises(RuntimeError), DeskLock(tmp_path):
        raise RuntimeError
    with DeskLock(tmp_path):
        pass


def test_a_holder_without_a_readable_pid_is_still_named(tmp_path: Path) -> None:
    """Where the pid cannot be read the words stay a sentence."""
    with DeskLock(tmp_path) as held:
        held.path.write_text("")
        with pytest.raises(DeskBusy, match="another process is already writing"), DeskLock(tmp_path):
            pass


def test_a_lock_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    """A path below a plain file gives a StateError."""
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="cannot be written"), DeskLock(tmp_path / "file" / "lock"):
        pass


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    """Whoever may write in state/ could lead the lock to a file of root's, which would be emptied."""
    victim = tmp_path / "victim"
    victim.write_text("important")
    (tmp_path / "lock").symlink_to(victim)
    with pytest.raises(StateError, match="is a symbolic link, which mailbot does not follow"), DeskLock(tmp_path):
        pass
    assert victim.read_text() == "important"


def put(path: Path, raw: bytes = b"x: 1\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


def test_rule_files_come_by_relative_name(tmp_path: Path) -> None:
    """Rules, templates of every language and HTML frames are read; editors' files and all else are passed over."""
    put(tmp_path / "rules" / "process.yaml", "ä: “1”\n".encode())
    put(tmp_path / "rules" / "form.yaml", b"\xef\xbb\xbfx: 1\r\n")
    put(tmp_path / "templates" / "en" / "E2-the-form.md")
    put(tmp_path / "templates" / "de" / "deep" / "E2.md")
    put(tmp_path / "templates" / "frame.html")
    for passed in (
        "rules/.process.yaml",
        "rules/process.yaml~",
        "rules/old/process.yaml",
        "rules/a.txt",
        "mailbot.toml",
    ):
        put(tmp_path / passed)
    (tmp_path / "rules" / ".#form.yaml").symlink_to("nobody@nowhere.1")
    texts = read_rule_files(tmp_path)
    assert list(texts) == [
        "rules/form.yaml",
        "rules/process.yaml",
        "templates/de/deep/E2.md",
        "templates/en/E2-the-form.md",
        "templates/frame.html",
    ]
    assert texts["rules/process.yaml"] == "ä: “1”\n"
    assert texts["rules/form.yaml"].startswith("x: 1")


def test_the_shipped_rules_are_read() -> None:
    """The checkout's own folder reads as a desk."""
    assert "rules/process.yaml" in read_rule_files(Path(__file__).parent.parent)


def test_every_unreadable_rule_file_is_named_at_once(tmp_path: Path) -> None:
    """Wrong encoding (with its line), a folder in place of a file and a huge file are three problems of one error."""
    put(tmp_path / "rules" / "process.yaml", b"a: 1\nb: 2\nc: caf\xe9\n")
    (tmp_path / "rules" / "form.yaml").mkdir()
    put(tmp_path / "templates" / "en" / "E1.md", b"x" * (MOST_BYTES + 1))
    put(tmp_path / "rules" / "good.yaml")
    with pytest.raises(RulesError) as caught:
        read_rule_files(tmp_path)
    said = {problem.file: problem for problem in caught.value.problems}
    assert set(said) == {"rules/process.yaml", "rules/form.yaml", "templates/en/E1.md"}
    assert said["rules/process.yaml"].line == 3
    assert "UTF-8" in said["rules/process.yaml"].what
    assert "cannot be read" in said["rules/form.yaml"].what
    assert "larger" in said["templates/en/E1.md"].what


def test_a_desk_without_rules_reads_as_empty(tmp_path: Path) -> None:
    """Missing folders are for the loader to complain of."""
    assert read_rule_files(tmp_path) == {}


def test_the_secret_is_made_once_and_read_ever_after(tmp_path: Path) -> None:
    """32 random bytes, base32 text, mode 0600; a second call gives the same, another desk another."""
    secret = read_secret(tmp_path / "secret")
    assert len(secret) == 32
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secret").read_text().strip().isalnum()
    assert read_secret(tmp_path / "secret") == secret
    assert read_secret(tmp_path / "other") != secret
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "secret"]


def test_a_secret_typed_in_from_paper_counts(tmp_path: Path) -> None:
    """Upper case, spaces and line ends make no difference."""
    secret = read_secret(tmp_path / "secret")
    text = (tmp_path / "secret").read_text().strip().upper()
    (tmp_path / "typed").write_text(f"  {text[:20]} {text[20:]}\r\n")
    assert read_secret(tmp_path / "typed") == secret


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "too short"), (b"mfrgg", "too short"), (b"not base 32 !!", "Put back"), (b"\xff" * 60, "Put back")],
)
def test_a_secret_that_cannot_be_used_is_never_replaced(tmp_path: Path, content: bytes, words: str) -> None:
    """A cut or changed secret gives a sentence, stays as it is, and is not shown."""
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(SettingsError, match=words) as caught:
        read_secret(tmp_path / "secret")
    assert (tmp_path / "secret").read_bytes() == content
    assert caught.value.__cause__ is None
    assert "mfrgg" not in str(caught.value)


def test_a_secret_that_is_a_folder_is_said_so(tmp_path: Path) -> None:
    """What cannot be read gives a sentence."""
    (tmp_path / "secret").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        read_secret(tmp_path / "secret")


def test_write_new_writes_whole_and_never_over_another(tmp_path: Path) -> None:
    """Bytes or text, with the mode asked for; a taken name is refused and no temporary file is left."""
    write_new(tmp_path / "a", "ü\n", 0o640)
    write_new(tmp_path / "b", b"\x00\xff")
    assert (tmp_path / "a").read_bytes() == "ü\n".encode()
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "b").read_bytes() == b"\x00\xff"
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a", "new")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "dangling", "new")
    assert (tmp_path / "a").read_bytes() == "ü\n".encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "dangling"]


def test_write_new_into_no_folder_is_said_so(tmp_path: Path) -> None:
    """A folder that is not there gives a StateError with the path in it."""
    with pytest.raises(StateError, match="none/a cannot be written"):
        write_new(tmp_path / "none" / "a", "x")


def test_write_over_replaces_whole(tmp_path: Path) -> None:
    """The new content takes the old one's place in one step, folders are made, no temporary file is left."""
    for text in (b"one", "zwölf".encode()):
        write_over(tmp_path / "rules" / "kept.json", text)
        assert (tmp_path / "rules" / "kept.json").read_bytes() == text
    assert [path.name for path in (tmp_path / "rules").iterdir()] == ["kept.json"]
    (tmp_path / "folder").mkdir()
    with pytest.raises(StateError, match="cannot be written"):
        write_over(tmp_path / "folder", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "rules"]
