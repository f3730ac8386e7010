"""Decides what an HTML body says as plain text: what a reader would see, quotes marked with '> '.

Must never take long or much memory: size and nesting are capped before any parser, and of the attributes
only those that hide text survive (a margin of a million lines, a table padded to a gigabyte).
Text that the sender hides (display: none) is not said. RFC 2854 (text/html), RFC 3676 4.5 (quote marks).
"""

from __future__ import annotations

import html
import re

import lxml.html  # type: ignore[import-untyped]
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml.etree import LxmlError  # type: ignore[import-untyped]

HTML_MAX = 1_000_000  # characters
DEPTH_MAX = 60  # of the tags that are closed; with table rows and paragraphs in between, below libxml2's 256
TAGS_MAX = 30_000  # a newsletter has some 3,000; each costs the converter 30 us
TABLE_WORK_MAX = 10_000_000  # rows times characters: cells are padded to the longest
QUOTE_DEPTH_MAX = 10
# Private-use characters stand for the borders of a quote inside the converter; read() removes all others before.
_OPEN, _CLOSE = "\ue000", "\ue001"

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})([^<>]*)>")
_ANY_TAG = re.compile(r"<[^<>]*>")
_DECLARATION = re.compile(r"^\s*<\?xml[^<>]*>")
_UNCOUNTED_TAGS = (  # never closed, or closed by the next of their kind
    "area base br col embed hr img input link meta param source track wbr "
    "p li td th tr tbody thead tfoot dt dd option html head body"
)
_BLOCK_TAGS = "address article blockquote center div dl h1 h2 h3 h4 h5 h6 ol p pre section table tr ul"
_UNCOUNTED = frozenset(_UNCOUNTED_TAGS.split())
_BLOCK = frozenset(_BLOCK_TAGS.split())
_TABLE = frozenset({"table", "tbody", "thead", "tfoot", "tr"})
_CELL = frozenset({"td", "th"})
_HIDDEN = re.compile(
    r"display\s{0,9}:\s{0,9}none|mso-hide\s{0,9}:\s{0,9}all|visibility\s{0,9}:\s{0,9}hidden"
    r"|max-height\s{0,9}:\s{0,9}0(?:px|pt|em)?\s{0,9}(?:;|!|$)|opacity\s{0,9}:\s{0,9}0(?:\.0)?\s{0,9}(?:;|!|$)",
    re.IGNORECASE,
)
META_MAX = 4_000  # bytes at the start of the HTML
_META = re.compile(rb"<meta\b[^<>]{0,300}charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-zA-Z0-9_.:-]{1,40})", re.IGNORECASE)
_BORDERS = re.compile(f"([{_OPEN}{_CLOSE}])")
_BLANKS = re.compile(r"\n{4,}")
_CONFIG = ParserConfig(css=CSS_PROFILES["strict"].copy(), display_images=False, display_links=False)


def declared_charset(data: bytes) -> str:
    """The charset that the HTML names itself (<meta charset=…>), '' where it does not."""
    found = _META.search(data[:META_MAX])
    return found[1].decode("ascii") if found else ""


def to_text(source: str) -> str:
    """The HTML as plain text, lines ended by "\\n"."""
    shallow = _shallow(_DECLARATION.sub("", _BORDERS.sub("", source[:HTML_MAX])))
    if not _ANY_TAG.sub("", shallow).strip():
        return ""
    if shallow.count("<") > TAGS_MAX:
        return _BLANKS.sub("\n\n\n", _stripped(shallow))
    try:
        tree = lxml.html.document_fromstring(shallow)
        _prepare(tree, len(shallow))
        said = Inscriptis(tree, _CONFIG).get_text()
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, AssertionError, RecursionError):
        return _BLANKS.sub("\n\n\n", _stripped(shallow))
    return _with_quote_marks(said)


def _shallow(source: str) -> str:
    """The source without the tags that nest deeper than DEPTH_MAX; their text stays."""
    if source.count("<") <= DEPTH_MAX:
        return source
    pieces: list[str] = []
    done = depth = 0
    for tag in _TAG.finditer(source):
        name = tag[2].lower()
        if name in _UNCOUNTED or tag[3].endswith("/"):
            continue
        if tag[1]:
            over, depth = depth > DEPTH_MAX, max(depth - 1, 0)
        else:
            depth += 1
            over = depth > DEPTH_MAX
        if over:
            pieces += [source[done : tag.start()], "<br>" if name in _BLOCK and not tag[1] else ""]
            done = tag.end()
    return "".join([*pieces, source[done:]])


def _stripped(source: str) -> str:
    """The source with every tag taken out by hand: less faithful, for what the converter cannot take."""
    lined = _TAG.sub(lambda tag: "\n" if tag[2].lower() in _BLOCK or tag[2].lower() == "br" else "", source)
    return html.unescape(_ANY_TAG.sub("", lined))


def _prepare(tree: lxml.html.HtmlElement, size: int) -> None:
    """Mark quotes and mail links, drop attributes, and flatten tables that would be padded beyond measure."""
    flatten = sum(1 for _ in tree.iter("tr")) * size > TABLE_WORK_MAX
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            continue
        if element.tag == "blockquote":
            _mark_quote(element)
        elif element.tag == "a":
            _say_address(element)
        elif element.tag == "hr":  # a rule ends a line, and the converter leaves it out
            element.tag = "br"
        elif flatten and element.tag in _TABLE:
            element.tag = "div"
        elif flatten and element.tag in _CELL:
            element.tag = "span"
            element.tail = " " + (element.tail or "")
        hidden = _HIDDEN.search(element.get("style", "")) or "hidden" in element.attrib
        element.attrib.clear()
        if hidden:
            element.set("style", "display: none")


def _mark_quote(element: lxml.html.HtmlElement) -> None:
    """Put the border marks where the quote begins and ends, each on a line of its own."""
    first, last = lxml.html.Element("div"), lxml.html.Element("div")
    first.text, last.text = _OPEN, _CLOSE
    first.tail, element.text = element.text, None
    element.insert(0, first)
    element.append(last)


def _say_address(element: lxml.html.HtmlElement) -> None:
    """Say the address of a mail link that shows only a name (some mail programs forward that way)."""
    href = element.get("href", "")
    if not href.lower().startswith("mailto:"):
        return
    address = href[7:].partition("?")[0].strip()[:320]
    shown = "".join(element.itertext())[:1000]
    if "@" in address and "@" not in shown and shown.strip() and len(element) < 5:
        element.append(lxml.html.Element("span"))
        element[-1].text = f" <{address}>"


def _with_quote_marks(said: str) -> str:
    """Lines between border marks get one '> ' for each quote they stand in."""
    lines: list[str] = []
    depth = 0
    for line in said.split("\n"):
        for piece in _BORDERS.split(line) if _OPEN in line or _CLOSE in line else [line]:
            if piece == _OPEN:
                depth += 1
            elif piece == _CLOSE:
                depth = max(depth - 1, 0)
            elif piece.strip() or piece is line:
                lines.append("> " * min(depth, QUOTE_DEPTH_MAX) + piece.rstrip())
    return _BLANKS.sub("\n\n\n", "\n".join(lines))
