"""Decides which lines at the end of somebody's words are their signature: who they are, where they work, the law.

Must never lose a sentence of substance, a P.S., or a telephone number that somebody was asked for: in doubt the
lines stay words. A short sign-off ("Thanks, Anna") stays with the words too; a block is a signature where '-- '
stands above it (RFC 3676 4.3), or where it shows a company, an address or a title below a closing or a name.
Looks at one stretch of new lines at a time, at its last lines alone: linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, pairwise

from mailbot.mail import footers
from mailbot.mail.closings import is_closing
from mailbot.mail.either_case import either_case
from mailbot.mail.signature_lines import LINE_MAX, POSTSCRIPT, is_name, is_name_with_title, may_stand, signs

BLOCK_LINES_MAX = 15  # lines said below '-- '; a longer text below dashes is no signature
CLOSED_LINES_MAX = 14
BANNER_LINES = 8
_PARAGRAPH_MAX = 4_000
_ENOUGH, _SURE = 2, 3  # signs of a company below a closing, and below a bare name

# Who says "call me" gives the number with the words.
_REACH_ME = either_case(
    r"\b(?:call|ring|phone|text|reach|contact|email|write to) me\b"
    r"|\bmy (?:new |mobile |cell |phone |home |work )?(?:number|phone|mobile|address|details)\b|\bbelow\b"
    r"|\bmy .{1,20} is:?$|rufen sie|ruf mich|meine (?:nummer|adresse|anschrift|telefon|handy)"
    "|erreichen sie mich|erreichbar|unten(?:stehend)?|appele[zr]|mon (?:numéro|adresse|téléphone)"
    "|ma (?:nouvelle )?adresse|mes coordonnées|ci-dessous|joindre|llám[ae]"
    "|mi (?:número|teléfono|dirección|móvil)|abajo|mis datos|chiamat|il mio (?:numero|indirizzo|telefono)"
    "|qui sotto|contattatemi|lig(?:ue|uem|ar)|meu (?:número|telefone|endereço)|abaixo|电话|号码|地址|联系我"
    "|打给我"
)
_SMILEY = re.compile(r":[\w+-]{1,30}:\s{0,3}$")  # ":+1:"
_RULE = re.compile(r"^[\s\-–—_=*~.#]{3,200}$")
_DASHES = ("--", "—", "– –", "__", "___")
_LONG_DASHES = re.compile(r"^_{4,80}$")  # people draw sections with other rules
_SHORT_BELOW = 3  # words of a name that stands alone below dashes
_END_MARK = re.compile(r"^[\s\-–—_=*~.#+ᐧ]{1,200}$")  # also the dot that programs put where they count who reads
_DRAWN_MAX = 10  # looked at from the top and from the end; who draws more lines signs with none of them
_LAW_LINES = 40  # of a paragraph looked at for where the law begins in it


def apart(lines: Sequence[str]) -> set[int]:
    """Which of these new lines are no words of the sender: banner, signature, law, telephone."""
    found = _banner(lines) | {at for at, line in enumerate(lines) if footers.is_device(line)}
    found |= _below_dashes(lines, found)
    found |= _law(lines, found)
    found |= _block(lines, found)
    return _with_edges(lines, found)


def _banner(lines: Sequence[str]) -> set[int]:
    """The warning of a gateway on top, with the lines that go on with it."""
    found: set[int] = set()
    said = [at for at, line in enumerate(lines) if line.strip()][:BANNER_LINES]
    for at in said:
        begun = at - 1 in found or at - 2 in found
        if not (footers.is_banner(lines[at]) or (begun and footers.goes_on_banner(lines[at]))):
            if found or at != said[0] or not _RULE.match(lines[at]):
                break
            continue
        found.add(at)
    return found


def _below_dashes(lines: Sequence[str], taken: set[int]) -> set[int]:
    """What stands below '-- ', or below another drawn mark where it begins with a name."""
    drawn = [at for at, line in enumerate(lines) if line.rstrip() in _DASHES or _LONG_DASHES.match(line.strip())]
    for at in (*drawn[:_DRAWN_MAX], *drawn[_DRAWN_MAX:][-_DRAWN_MAX:]):
        below = (n for n in range(at + 1, len(lines)) if lines[n].strip() and n not in taken)
        said = _until_law(lines, list(islice(below, BLOCK_LINES_MAX + 1)))
        if len(said) > BLOCK_LINES_MAX:
            continue
        if lines[at] == "-- " or not said or _is_signed(lines, at, said):
            end = next((n for n in range(at + 1, len(lines)) if POSTSCRIPT.match(lines[n])), len(lines))
            return set(range(at, end))
    return set()


def _is_signed(lines: Sequence[str], at: int, said: Sequence[int]) -> bool:
    """Whether what stands below a mark that is not the one of RFC 3676 4.3 says who signs."""
    first = lines[said[0]]
    known = is_name(first) or is_closing(first) or signs(lines, said) >= _ENOUGH
    if _LONG_DASHES.match(lines[at].strip()):
        return known and all(may_stand(lines[n]) for n in said)
    if known or len(said) > 2 or not _is_set_off(lines, at):
        return known
    last = lines[said[-1]].strip()
    words = last.split()
    if len(said) == 1:
        return 0 < len(words) <= _SHORT_BELOW and last.replace(" ", "").isalpha()
    return is_name(last) and may_stand(first) and len(first) <= LINE_MAX // 2


def _is_set_off(lines: Sequence[str], at: int) -> bool:
    return at > 0 and not lines[at - 1].strip()


def _until_law(lines: Sequence[str], numbers: Sequence[int]) -> list[int]:
    """Of these lines those above the paragraph of the law."""
    return list(numbers[: next((k for k, n in enumerate(numbers) if footers.is_legal(lines[n])), len(numbers))])


def _law(lines: Sequence[str], taken: set[int]) -> set[int]:
    """Every paragraph of the law; those of the company below a closing, or right below the law."""
    found: set[int] = set()
    signed = lawful = False
    for start, end in _paragraphs(lines):
        numbers = [n for n in range(start, end) if n not in taken]
        text = " ".join(lines[n].strip() for n in numbers)[:_PARAGRAPH_MAX]
        if not text or POSTSCRIPT.match(text):
            continue
        legal = footers.is_legal(text) or _heads_law(lines, text, end)
        if legal or ((signed or lawful) and footers.is_of_company(text)):
            first = next((n for n in numbers[:_LAW_LINES] if _begins_law(lines, numbers[:_LAW_LINES], n)), numbers[0])
            found.update(range(first, end))
            lawful = True
        signed = signed or any(is_closing(lines[n]) for n in numbers)
        signed = signed or (start > 0 and is_name(lines[start]) and signs(lines, numbers[1:]) >= _SURE)
    return found


def _heads_law(lines: Sequence[str], text: str, end: int) -> bool:
    """Whether a paragraph is no more than the heading above the law."""
    if not footers.is_heading_of_law(text):
        return False
    below = next((n for n in range(end, len(lines)) if lines[n].strip()), None)
    return below is not None and footers.is_legal(lines[below])


def _begins_law(lines: Sequence[str], numbers: Sequence[int], at: int) -> bool:
    """Whether the law begins with this line: all below it in the paragraph has its marks, nothing above has."""
    above = " ".join(lines[n] for n in numbers if n < at)
    if at != numbers[0] and (len(lines[at - 1]) > 60 and not lines[at - 1].rstrip().endswith((".", "!", "?", ":"))):
        return False
    rest = " ".join(lines[n].strip() for n in numbers if n >= at)
    later = " ".join(lines[n].strip() for n in numbers if n > at)
    own = footers.is_legal(lines[at]) or footers.is_of_company(lines[at]) or len(lines[at]) > 60
    return (
        not footers.is_legal(above) and (footers.is_legal(rest) or footers.is_of_company(rest)) and (own or not later)
    )


def _block(lines: Sequence[str], taken: set[int]) -> set[int]:
    """The closing with the name and the company below it, or a name with a company at the very end."""
    left = [
        n
        for n, line in enumerate(lines)
        if line.strip() and n not in taken and not footers.PLACEHOLDER.match(line.strip())
    ]
    tail = left[-CLOSED_LINES_MAX:]
    for k in range(len(tail) - 1, -1, -1):
        if is_closing(lines[tail[k]]):
            first = k - 1 if k and tail[k - 1] + 1 == tail[k] and is_closing(lines[tail[k - 1]]) else k
            return _closed(lines, left, tail[first:])
    paragraph = _last_paragraph(lines, left)
    if 2 <= len(paragraph) < len(left) and len(paragraph) <= CLOSED_LINES_MAX and is_name(lines[paragraph[0]]):
        return _closed(lines, left, [paragraph[0], *paragraph], _SURE)
    titled = [k for k, n in enumerate(tail) if is_name_with_title(lines[n]) and (n == 0 or not lines[n - 1].strip())]
    return _closed(lines, left, [tail[titled[0]], *tail[titled[0] :]], _SURE) if titled else set()


def _closed(lines: Sequence[str], left: Sequence[int], block: Sequence[int], enough: int = _ENOUGH) -> set[int]:
    """The lines of a block below its first one, if they show a company and nothing else."""
    start, below = block[0], list(block[1:])
    if not below or not all(may_stand(lines[n]) for n in below) or signs(lines, below) < enough:
        return set()
    above = " ".join(lines[n] for n in left if n < start)[-600:]
    asked = above.rstrip().endswith((":", "：")) and not _SMILEY.search(above)
    if not above or asked or _REACH_ME.search(above):
        return set()
    return set(range(start, block[-1] + 1))


def _last_paragraph(lines: Sequence[str], left: Sequence[int]) -> list[int]:
    """The lines that stand together at the end."""
    found: list[int] = []
    for n in reversed(left):
        if found and found[0] != n + 1:
            break
        found.insert(0, n)
        if len(found) > CLOSED_LINES_MAX:
            break
    return found


def _paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Stretches of lines between blank ones."""
    found: list[tuple[int, int]] = []
    start = None
    for at, line in enumerate([*lines, ""]):
        if line.strip() and start is None:
            start = at
        elif not line.strip() and start is not None:
            found.append((start, at))
            start = None
    return found


def _with_edges(lines: Sequence[str], found: set[int]) -> set[int]:
    """The same with what belongs to it: a rule above, a link or a picture below."""
    said = [n for n, line in enumerate(lines) if line.strip()]
    for before, at in pairwise(said):
        text = lines[at].strip()
        if before in found and (footers.LINK.match(text) or footers.PLACEHOLDER.match(text)):
            found.add(at)
    for at, after in zip(reversed(said[:-1]), reversed(said[1:]), strict=False):
        if after in found and _RULE.match(lines[at]):
            found.add(at)
    for at in reversed(said[1:]):
        if at not in found and not _END_MARK.match(lines[at]):
            break
        found.add(at)
    return found
