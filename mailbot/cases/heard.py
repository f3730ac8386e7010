"""The words of staff made ready to be read, by the small words of rules/hearing.yaml.

Decides where a mail's own words begin and what in them says nothing (greetings, courtesy, the desk's reference).
Never decides what they mean. Phrases are found as whole words, so that no list can be driven to exponential time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from mailbot.cases.phrases import plain
from mailbot.mail import references
from mailbot.process.wordlists import Hearing

LONGEST_LINE = 300  # characters of a first line that can be an answer; a longer one is a letter
_LONGEST_TEXT = 100_000
# "no-one has looked" has none; Chinese has no space behind it; a face is one by itself.
_FACE = "[\u2600-\u27bf\U0001f300-\U0001faff]"
PAUSE = re.compile(
    rf"\s?[,.!;:–—-](?=\s|$|[\u2e80-\U0002ffff])|\s?[。、~～]|\s[–—-]|\s{{1,2}}(?={_FACE})|(?<={_FACE})\s{{1,2}}"
)
SIGNATURE_LINES = 8
_SIGNATURE_WORDS = 6
_NAME_WORDS = 3  # of a signature without a closing line
_NAMES = r"(?: [^\s,.!:]{1,30}){0,3}[,.!:]?"  # "Hi Mathilde and Lucy,"
_UNSPACED = "\u2e80"  # from here on scripts without spaces between words


@lru_cache(maxsize=1024)
def compared(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words of a rule file as texts are compared with them."""
    return tuple(" ".join(plain(word).split()) for word in words)


@lru_cache(maxsize=1024)
def widened(words: tuple[str, ...], meanings: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The words of an answer with all that mean the same in any language, its own ones first."""
    known = {_bare(word) for word in words}
    same = (other for group in meanings if any(_bare(each) in known for each in group) for other in group)
    return tuple(dict.fromkeys((*words, *same)))


def _bare(word: str) -> str:
    return " ".join(flat(plain(word)).split())


@lru_cache(maxsize=256)
def pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the phrases as whole words, the longest first; `check*` is every word that begins so."""
    # By what may stand beside them, so that it is asked once at each place and not once for each phrase.
    groups: dict[tuple[str, str], list[str]] = {}
    for phrase in sorted(filter(None, map(plain, phrases)), key=len, reverse=True):
        if words := _words(phrase):
            groups.setdefault(_edges(phrase), []).append(words)
    found = (f"{before}(?:{'|'.join(same)}){after}" for (before, after), same in groups.items())
    return re.compile("|".join(found) or "(?!)")


def _words(phrase: str) -> str:
    words = (re.escape(word.rstrip("*")) + (r"\w{0,20}" if word.endswith("*") else "") for word in phrase.split())
    return r"\s{1,5}".join(words)


def _edges(phrase: str) -> tuple[str, str]:
    """What a whole word needs before and behind it; nothing in scripts without spaces."""
    before = r"(?<!\w)" if phrase[0].isalnum() and phrase[0] < _UNSPACED else ""
    return before, r"(?!\w)" if phrase[-1] < _UNSPACED else ""


def body(text: str, hearing: Hearing) -> str:
    """The words themselves: without the line that names our letter, below a greeting."""
    said = references.without_line(text[:_LONGEST_TEXT]).strip()
    first, line_end, rest = said.partition("\n")
    short = plain(first[:LONGEST_LINE]).strip()
    if line_end and greets(short, hearing):
        return rest.strip()
    inline = re.match(r"[^\n,!，！]{2,60}(?:[,!]\s|[，！])", said)
    return said[inline.end() :] if inline and greets(plain(inline.group()).strip(), hearing) else said


def greets(line: str, hearing: Hearing) -> bool:
    """Whether the line is a greeting and no more."""
    return _greeting(hearing.greeting).fullmatch(line) is not None


@lru_cache(maxsize=16)
def _greeting(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?:{pattern(phrases).pattern}){_NAMES}")


def without_courtesy(line: str, hearing: Hearing) -> str:
    """The line less what says nothing."""
    return tidy(" ".join(pattern(hearing.courtesy).sub(" ", line).split()))


def without_signature(text: str, hearing: Hearing) -> str:
    """The words less a closing line ("Kind regards,") with what follows it, and less a name that stands alone below."""
    lines = text.strip(" \t").removeprefix("\n").rstrip().split("\n")
    for at, line in enumerate(lines):
        closes = line.strip() and may_sign(line) and not without_courtesy(plain(line), hearing)
        if closes and len(lines) - at <= SIGNATURE_LINES and all(map(may_sign, lines[at + 1 :])):
            return "\n".join(lines[:at]).strip()
    last = max((at for at, line in enumerate(lines) if not line.strip()), default=-1)
    if last >= 0 and all(len(line.split()) <= _NAME_WORDS and may_sign(line) for line in lines[last + 1 :]):
        lines = lines[:last]
    return "\n".join(lines).strip()


def may_sign(line: str) -> bool:
    """Whether it may be a line of a signature: a name, a role or a number, not a sentence."""
    return len(line.split()) <= _SIGNATURE_WORDS and not line.rstrip().endswith((".", "!", "?"))


def tidy(line: str) -> str:
    """Without the marks at its ends."""
    return line.strip(" .!,;:*_\"'–—-。、¡¿~～«»“”")


def flat(line: str) -> str:
    """Without the marks inside it: "solved, gave a voucher" and "solved - gave a voucher" are the same."""
    return " ".join(re.sub(r"[,;:.!]|\s-\s", " ", line).split())


def before_words(text: str, hearing: Hearing) -> int:
    """How many characters of the text are marks and courtesy before anything is said."""
    found = _before(hearing.courtesy).match(text)
    return found.end() if found else 0


@lru_cache(maxsize=16)
def _before(courtesy: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?:[\s.!,;:*_\"'–—-]|{pattern(courtesy).pattern})*")


def leads(text: str, word: str) -> bool:
    """Whether the text begins with the word, with a pause or nothing behind it."""
    return text == word or (text.startswith(word) and PAUSE.match(text, len(word)) is not None)


def denied(text: str, hearing: Hearing) -> bool:
    """Whether a word in it turns it into its opposite."""
    return pattern(hearing.denial).search(text) is not None


def turns(text: str, hearing: Hearing) -> list[str]:
    """The words that make another sentence of it: two texts that differ in one never mean the same."""
    words = (*hearing.denial, *hearing.mood, *hearing.doubt)
    return sorted(hit.group() for hit in pattern(words).finditer(text))


def clauses(text: str, hearing: Hearing) -> Iterator[str]:
    """Its parts between pauses and joining words, each less courtesy."""
    for part in PAUSE.split(text):
        for clause in pattern(hearing.joining).split(part):
            if said := without_courtesy(clause, hearing):
                yield said


def holds(text: str, word: str) -> int:
    """Where the phrase stands in the text as whole words; -1 for nowhere."""
    at = text.find(word)
    while at >= 0:
        if not (at and text[at - 1].isalnum()) and not inside_word(text, at + len(word)):
            return at
        at = text.find(word, at + 1)
    return -1


def inside_word(text: str, at: int) -> bool:
    """Whether a word goes on at this place."""
    return at < len(text) and (text[at].isalnum() or (text[at] in "'-" and text[at + 1 : at + 2].isalnum()))


def cut(text: str, length: int) -> int:
    """How much of the text as written makes so many characters of it as compared."""
    if text[: length + 1].isascii():
        return min(length, len(text))
    return next((at for at in range(min(len(text), 4 * length + 200)) if len(plain(text[:at])) >= length), len(text))
