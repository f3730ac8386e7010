"""Dates of coming back in vacation replies."""

from __future__ import annotations

from datetime import date

import pytest

from mailbot.mail.away import away_until

TODAY = date(2026, 5, 28)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am out of the office and will be back on 14 June.", date(2026, 6, 14)),
        ("I'm away until Monday, June 15th, 2026 with no email.", date(2026, 6, 15)),
        ("On leave from 1 June to 12 June. I return on 15 June.", date(2026, 6, 15)),
        ("Ich bin bis zum 14.06.2026 nicht im Büro.", date(2026, 6, 14)),
        ("Ich bin ab dem 3. Juni wieder da.", date(2026, 6, 3)),
        ("Je serai de retour le 14 juin.", date(2026, 6, 14)),
        ("Vuelvo el 14 de junio.", date(2026, 6, 14)),
        ("我将于6月14日返回。", date(2026, 6, 14)),
        ("Back 2026-06-14.", date(2026, 6, 14)),
        ("I shall be back on 3 January.", date(2027, 1, 3)),
        ("Ik ben tot 14 juni afwezig.", date(2026, 6, 14)),
        ("Jag är på semester till den 14 juni.", date(2026, 6, 14)),
        ("Jestem na urlopie do 14 czerwca.", date(2026, 6, 14)),
        ("Я в отпуске до 14 июня.", date(2026, 6, 14)),
        ("14 Haziran'a kadar izindeyim.", date(2026, 6, 14)),
        ("6月14日まで休暇をいただきます。", date(2026, 6, 14)),
        ("Sono in ferie fino al 14 giugno.", date(2026, 6, 14)),
        ("Estarei de férias até 14 de junho.", date(2026, 6, 14)),
    ],
)
def test_date_of_coming_back(text: str, expected: date) -> None:
    """A date beside a word of coming back is read, in the languages of common programs."""
    assert away_until(text, TODAY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office.",
        "I was born on 14 June and love cake.",
        "I shall be back on 31 June.",
        "Back on 14 June 2031.",
        "I was back on 14 May 2026.",
        "",
    ],
)
def test_no_date(text: str) -> None:
    """No date, an impossible one, one past or years away, or one that is not about coming back: none is guessed."""
    assert away_until(text, TODAY) is None


def test_bounded() -> None:
    """A hostile text costs no more than its first lines."""
    assert away_until("back " * 200_000 + "14 june", TODAY) is None
