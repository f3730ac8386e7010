"""Calling `mailbot init` with a name server of the test's own, and reading what it wrote as the desk does."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from mailbot.cli import main
from mailbot.founding import PEOPLE, shipped
from mailbot.process import yaml_marks
from mailbot.process.load_people import load_people
from mailbot.process.page import Page
from mailbot.process.people import People
from tests.dns_server import NameServer, Zone

MICROSOFT: Zone = {("shop.test", "MX"): ["10 shop-test.mail.protection.outlook.com."]}
OWN: Zone = {
    ("shop.test", "MX"): ["10 mx.shop.test."],
    ("_imaps._tcp.shop.test", "SRV"): ["0 1 993 mail.shop.test."],
    ("_submission._tcp.shop.test", "SRV"): ["0 1 587 mail.shop.test."],
}
SHIPPED_PEOPLE = (shipped() / PEOPLE).read_text(encoding="utf-8")


def init(
    folder: Path, *flags: str, typed: list[str] | None = None, zone: Zone | None = None, spoken: str = "C"
) -> Result:
    """`mailbot init`, with lines typed where it is to ask, and a name server of the test's own; spoken: LC_ALL."""
    runner = CliRunner(env={"LC_ALL": spoken})
    with NameServer(zone or {}, silent=zone is None) as server:
        arguments = ["init", str(folder), "--dns", server.address, *flags]
        if typed is None:
            return runner.invoke(main, arguments)
        return runner.invoke(main, [*arguments, "--input"], input="".join(f"{line}\n" for line in typed))


def desk_people(folder: Path) -> People:
    return people_of((folder / PEOPLE).read_text(encoding="utf-8"))


def people_of(text: str) -> People:
    """people.yaml, read as the desk reads it; nothing wrong with it."""
    page = Page(PEOPLE)
    root, problems = yaml_marks.read(text, PEOPLE)
    assert root is not None, problems
    people = load_people(page, root, ("uk",))
    assert [str(each) for each in (*problems, *page.problems) if each.severe] == []
    return people
