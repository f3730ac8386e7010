"""What is wrong with the writing of mailbot.toml, for somebody who has never heard of TOML.

The line is shown where it cannot hold a secret: a section's name, or one key that is known to be none, and its value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection

_WHERE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)\s*$")
_PAIR = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=\s*(.*?)\s*")
_SECRET = ("pass", "secret", "token")
_WIDEST = 80
QUOTES = 'words need "quotation marks"'
# What the parser says -> in plain words; the first that fits.
_SAID = (
    ("Cannot overwrite", "this key stands there twice; leave one of them"),
    ("Cannot declare", "this section stands there twice; write all its keys below one of them"),
    ("Illegal character '\\n'", "a quotation mark at the end is missing"),
    ("Unterminated string", "a quotation mark at the end is missing"),
    ("Unescaped '\\'", "a \\ is written \\\\ between quotation marks"),
    ("Expected ']' at the end of a table", "a section's name stands in brackets, like [desk]"),
    ("Expected '='", 'a line is a key, = and its value, like name = "Blanc"'),
    ("Invalid statement", 'a line is a key, = and its value, like name = "Blanc"'),
    ("Expected newline", "something stands behind the value that does not belong there"),
)


def in_words(text: str, error: tomllib.TOMLDecodeError, shown: Collection[str]) -> str:
    """`LINE: what is wrong: the line`.

    Args:
        text: the whole file.
        shown: the keys whose lines may be shown.
    """
    said = str(error)
    where = _WHERE.search(said)
    lines = text.splitlines()
    number = int(where[1]) if where and where[1] else len(text.rstrip().splitlines())
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    visible = _visible(line, shown)
    return f"{number}: {_plain(said, line)}" + (f": {visible}" if visible else "")


def _plain(said: str, line: str) -> str:
    """By the value where it tells more than the parser."""
    pair = _PAIR.fullmatch(line)
    value = pair[2] if pair else ""
    if pair and said.startswith(("Invalid value", "Expected newline", "Invalid date")):
        if not value or value.startswith("#"):
            return 'nothing stands behind the =; write a value, or "" for none'
        if value[0] in "“”„«‘’`":
            return 'write plain "quotation marks"'
        if value.casefold() in ("true", "false"):
            return f"write {value.casefold()} in small letters"
        if value[0] not in "\"'[{" and any(char.isalpha() for char in value.partition("#")[0]):
            return QUOTES
    return next((words for start, words in _SAID if start in said), "this cannot be understood")


def _visible(line: str, shown: Collection[str]) -> str:
    """The line without its remark, or '' where it might hold a secret."""
    clean = line.partition(" #")[0].strip()
    pair = _PAIR.fullmatch(clean)
    plain = re.fullmatch(r"\[[A-Za-z0-9_ .-]*\]?", clean) or (pair and pair[1] in shown and clean.count("=") == 1)
    if not plain or not clean.isprintable() or any(word in clean.casefold() for word in _SECRET):
        return ""
    return clean if len(clean) <= _WIDEST else f"{clean[:_WIDEST]}…"
