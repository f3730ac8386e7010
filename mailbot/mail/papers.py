"""What a PDF or a Word file that came with a mail says: its form fields by name, and its text.

Decides nothing about whose form it is. Must never follow a link, run a script, or unpack more than the limits; what
cannot be read is said to be unread, and a person looks at it.
PDF: ISO 32000-1, 12.7 (interactive forms); Word: ECMA-376 (content controls, tables, paragraphs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from lxml import etree  # type: ignore[import-untyped]

from mailbot.mail.attachments import File
from mailbot.mail.model import Part

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_UNTOLD = ("application/octet-stream", "application/x-pdf", "application/force-download", "binary/octet-stream", "")
_BY_ENDING = {".pdf": PDF, ".docx": WORD}
PAPERS_MAX = 3  # files of one mail; a form is one, and some send it twice
BYTES_MAX = 2_000_000  # of a file: our form has 10,000 and its fonts, once a viewer has put them in, 500,000
PAGES_MAX = 6  # our form has two
FIELDS_MAX = 200
TEXT_MAX = 20_000  # characters
XML_MAX = 4_000_000  # bytes of a Word file's text, unpacked; a zip can hold a thousand times its size (a bomb)
DEPTH_MAX = 40  # of fields within fields
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF = ("", "Off")  # a box or a round button that is not chosen (12.7.4.2.3)


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that may hold a form. fields: name -> value, of those filled in; text: all that can be read.

    read: whether anything could be read at all; a photo or a scan is not.
    """

    name: str
    fields: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    read: bool = True


def is_paper(file: File | Part) -> bool:
    """Whether the file is a PDF or a Word document by what it is called."""
    return bool(_kind(file))


def papers(files: Sequence[File]) -> tuple[Paper, ...]:
    """The papers among the files, read as far as they can be."""
    return tuple(_paper(file) for file in [each for each in files if is_paper(each)][:PAPERS_MAX])


def _kind(file: File | Part) -> str:
    if file.type in (PDF, WORD):
        return file.type
    if file.type in _UNTOLD:
        return next((kind for ending, kind in _BY_ENDING.items() if file.name.casefold().endswith(ending)), "")
    return ""


def _paper(file: File) -> Paper:
    if len(file.data) > BYTES_MAX:
        return Paper(file.name, read=False)
    try:
        found = _pdf(file) if _kind(file) == PDF else _word(file)
    except Exception:  # any bytes can come: a file that its library fails on is one that nobody has read
        return Paper(file.name, read=False)
    return found


# ---- PDF ------------------------------------------------------------------------------------------------------------


def _pdf(file: File) -> Paper:
    """Fields of an interactive form; where it has none (printed to a file, flattened), its text."""
    from pypdf import PdfReader  # loaded where a PDF came: it takes 110 ms

    reader = PdfReader(BytesIO(file.data))
    if reader.is_encrypted:
        reader.decrypt("")  # may be opened by anybody, but not changed: many viewers save so
    fields = dict(_values(reader))
    text = "" if fields else "\n".join(_pages(reader))[:TEXT_MAX]
    return Paper(file.name, fields, text, bool(fields or text.strip()))


def _values(reader: Any) -> Iterator[tuple[str, str]]:
    """Name and value of every field that is filled in, as the viewer left them: /V, or /AS of a box (12.7.4.2)."""
    roots = _resolved(reader.root_object.get("/AcroForm", {})).get("/Fields", [])
    waiting = [(each, "", None, 0) for each in reversed(_resolved(roots))]
    seen = 0
    while waiting and seen < FIELDS_MAX:
        raw, above, inherited, depth = waiting.pop()
        node = _resolved(raw)
        if not isinstance(node, dict) or depth > DEPTH_MAX:
            continue
        seen += 1
        name = str(_resolved(node.get("/T", ""))) or ""
        whole = f"{above}.{name}".strip(".") if name else above
        value = node.get("/V", inherited)
        kids = _resolved(node.get("/Kids", []))
        if isinstance(kids, list) and any("/T" in _resolved(kid) for kid in kids[:FIELDS_MAX]):
            waiting += [(kid, whole, value, depth + 1) for kid in reversed(kids[:FIELDS_MAX])]
            continue
        said = _said(value) or _chosen(node, kids)
        if whole and said:
            yield whole, said


def _said(value: Any) -> str:
    value = _resolved(value)
    if isinstance(value, list):
        return ", ".join(filter(None, map(_said, value)))
    if value is None:
        return ""
    if hasattr(value, "get_data"):  # rich text of some viewers, kept as a stream (12.7.3.4)
        value = bytes(value.get_data()).decode("utf-8", "replace")
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return (
        ""
        if text.removeprefix("/") in _OFF
        else text.removeprefix("/")
        if type(value).__name__ == "NameObject"
        else text
    )


def _chosen(node: Any, kids: Any) -> str:
    """The appearance of the box that is ticked, where a viewer wrote no value."""
    boxes = [node, *(_resolved(kid) for kid in (kids if isinstance(kids, list) else [])[:FIELDS_MAX])]
    states = (str(_resolved(box.get("/AS", ""))).removeprefix("/") for box in boxes if isinstance(box, dict))
    return next((state for state in states if state not in _OFF), "")


def _pages(reader: Any) -> Iterator[str]:
    for number, page in enumerate(reader.pages):
        if number >= PAGES_MAX:
            return
        yield page.extract_text() or ""


def _resolved(value: Any) -> Any:
    with suppress(AttributeError):
        return value.get_object()
    return value


# ---- Word -----------------------------------------------------------------------------------------------------------


def _word(file: File) -> Paper:
    """Content controls by their tag, and the text: a row of a table is one line, "label: value"."""
    body = _document(file.data)
    if body is None:
        return Paper(file.name, read=False)
    fields: dict[str, str] = {}
    for control in body.iter(f"{_W}sdt"):
        if len(fields) >= FIELDS_MAX:
            break
        tag = control.find(f"{_W}sdtPr/{_W}tag")
        empty = control.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None
        content = control.find(f"{_W}sdtContent")
        if tag is not None and content is not None and not empty and (said := _text(content).strip()):
            fields[tag.get(f"{_W}val", "")] = said
    text = "\n".join(_lines(body))[:TEXT_MAX]
    return Paper(file.name, fields, text, bool(fields or text.strip()))


def _document(data: bytes) -> Any:
    """The body of word/document.xml, None where there is none or it is too large."""
    with suppress(BadZipFile, KeyError, NotImplementedError, RuntimeError), ZipFile(BytesIO(data)) as archive:
        with archive.open("word/document.xml") as part:
            xml = part.read(XML_MAX + 1)
        if len(xml) <= XML_MAX:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
            return etree.fromstring(xml, parser).find(f"{_W}body")
    return None


def _lines(body: Any) -> Iterator[str]:
    """Paragraphs in order; the cells of a table's row on one line, its first one as a label."""
    for node in body.iter(f"{_W}p", f"{_W}tr"):
        if node.tag == f"{_W}tr":
            cells = [" ".join(_text(cell).split()) for cell in node.iter(f"{_W}tc")]
            label, *values = cells or [""]
            yield f"{label.rstrip(' :：')}: {' '.join(values).strip()}" if values and label else label
        elif next(node.iterancestors(f"{_W}tbl"), None) is None:
            yield _text(node)


def _text(node: Any) -> str:
    out = []
    for each in node.iter(f"{_W}t", f"{_W}br", f"{_W}cr", f"{_W}tab", f"{_W}p"):
        if each.tag == f"{_W}t":
            out.append(each.text or "")
        elif out:
            out.append("\t" if each.tag == f"{_W}tab" else "\n")
    return "".join(out)
