"""Which addresses are one mailbox, which only look so, and under which keys they are looked up.

One mailbox is what the provider itself treats as one (rules/matching.yaml `providers`): dots, +tags, names of the same
provider. Anything else, however alike, is another person's until somebody says otherwise. Local parts are compared
case folded, as every provider in use does (RFC 5321 2.4 leaves it to them); domains by their IDNA form (RFC 5890).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from mailbot.process.matching import Matching

_LONGEST = 320  # characters of an address (RFC 5321 4.5.3.1): beyond it is none
_DIGITS = re.compile(r"\d+")
_SQUEEZED = re.compile(r"[.\-_']")
_SHORTEST_KEY = 4  # letters: shorter ones are shared by too many to look up
# Letters that look like a Latin one, by what they look like (Unicode's confusables, those that fonts draw alike).
_LOOKS = {
    "a": "аαɑ", "b": "ЬьВв", "c": "сϲс", "d": "ԁ", "e": "еє", "g": "ɡց", "h": "һн", "i": "іιɩı", "j": "ј", "k": "кκ",
    "l": "ӏǀ", "m": "мм", "n": "ոη", "o": "оοօ", "p": "рρ", "q": "ԛ", "r": "гᴦ", "s": "ѕ", "t": "тτ", "u": "υս",
    "v": "νѵ", "w": "ԝω", "x": "хχ", "y": "уγ", "z": "ᴢ",
}  # fmt: skip
_LATIN = str.maketrans({look: letter for letter, looks in _LOOKS.items() for look in looks})
_FIGURES = str.maketrans({"0": "o", "1": "l", "|": "l"})  # in addresses: paypa1, 0ffice


def as_latin(text: str) -> str:
    """The text with every letter that only looks like a Latin one as that one; what is not mixed stays as it is."""
    if text.isascii() or not any(letter.isascii() and letter.isalpha() for letter in text.translate(_LATIN)):
        return text
    return text.translate(_LATIN)


@lru_cache(maxsize=4096)
def parts(address: str) -> tuple[str, str]:
    """Local part, case folded, and domain, in its IDNA form; two empty texts for what is no address.

    A letter outside ASCII that would be folded into it ("ſ", "K") makes another address, never the same.
    """
    local, at, domain = address.strip()[: _LONGEST + 1].rpartition("@")
    if not at or not local or not domain or len(address) > _LONGEST:
        return "", ""
    folded = local.casefold()
    return (folded if folded.isascii() == local.isascii() else f"\ufffd{folded}"), _idna(domain.rstrip("."))


def _idna(domain: str) -> str:
    if domain.isascii():
        return domain.lower()
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain.casefold()


def mailbox(address: str, rules: Matching) -> str:
    """The mailbox as its provider knows it; of other domains the address itself."""
    local, domain = parts(address)
    provider = rules.provider(domain)
    if provider is None:
        return f"{local}@{domain}" if local else ""
    bare = local.partition(provider.tag)[0] if provider.tag else local
    squeezed = "".join(sign for sign in bare if sign not in provider.ignores)
    return f"{squeezed or local}@{provider.domains[0]}"


def same(one: str, other: str, rules: Matching) -> bool:
    """Whether two addresses are one mailbox."""
    return one != "" and (one == other or mailbox(one, rules) == mailbox(other, rules) != "")


def squeezed(local: str) -> str:
    """A local part less its tag and its signs: what variants of one address share, at whatever provider."""
    return _SQUEEZED.sub("", local.partition("+")[0])


def keys_on_file(address: str) -> Iterator[str]:
    """The keys under which an address is looked up, none of which knows a rule."""
    local, domain = parts(address)
    bare = squeezed(local)
    if not bare:
        return
    yield f"box:{bare}@{domain}"
    if len(bare) >= _SHORTEST_KEY:
        yield f"local:{as_latin(bare).translate(_FIGURES)}"


def keys_wanted(address: str, rules: Matching) -> Iterator[str]:
    """The keys under which the cases of whoever writes from the address may be found, the surest first."""
    local, domain = parts(address)
    bare, provider = squeezed(local), rules.provider(domain)
    if not bare:
        return
    for each in dict.fromkeys((domain, *(provider.domains if provider else ()))):
        yield f"box:{bare}@{each}"
    if len(bare) >= _SHORTEST_KEY and bare not in rules.among("shared_names"):
        yield f"local:{as_latin(bare).translate(_FIGURES)}"


def likeness(one: str, other: str, rules: Matching) -> tuple[str, str]:
    """What makes two addresses alike that are not one mailbox: the weight it counts, and the words that say so."""
    (local, domain), (theirs, where) = parts(one), parts(other)
    bare, their_bare = squeezed(local), squeezed(theirs)
    if min(len(bare), len(their_bare)) < 2:
        return "", ""
    if domain == where and bare == their_bare:
        return "mailbox", f"the same address as {other}, but for dots or what stands behind a +"
    long_enough = min(len(bare), len(their_bare)) >= rules.shortest["address"]
    shared = rules.among("shared_names")
    if _seems(f"{bare}@{domain}") == _seems(f"{their_bare}@{where}"):
        return "address", f"the address looks like {other}, but is written with other letters"
    if not long_enough or bare in shared or their_bare in shared:
        return _colleagues(domain, where, rules)
    if bare == their_bare:
        return "address", f"the same name before the @ as in {other}, at another domain"
    numbered = _DIGITS.findall(bare) != _DIGITS.findall(their_bare)  # anna12 and anna13 are two people's addresses
    alike = fuzz.ratio(bare, their_bare) >= rules.alike["address"] and OSA.distance(bare, their_bare) == 1
    near = alike and not numbered
    if near and domain == where:
        return "address", f"the address is nearly {other}"
    if bare == their_bare or (near and OSA.distance(domain, where) <= 1):
        return "address", f"the address is nearly {other}"
    return _colleagues(domain, where, rules)


def _seems(address: str) -> str:
    """The address as an eye takes it."""
    local, _, domain = address.rpartition("@")
    with_letters = f"{local}@{_as_seen(domain)}"
    return with_letters.translate(_LATIN).translate(_FIGURES).replace("rn", "m").replace("vv", "w")


def _as_seen(domain: str) -> str:
    """A domain as a mail program shows it: of its IDNA form the letters."""
    if "xn--" not in domain:
        return domain
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def _colleagues(domain: str, where: str, rules: Matching) -> tuple[str, str]:
    if domain != where or not domain or domain in rules.among("public_domains"):
        return "", ""
    return "domain", f"another address at {domain}"
