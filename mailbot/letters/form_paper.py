"""The complaint form as a fillable PDF (ISO 32000-1, 12.7), which travels with the letters that carry it.

Decides how the form looks on paper; what is asked is rules/form.yaml, what is known is the case. The blank form is
drawn once a language; what is known is laid over it as an incremental update (7.5.6), which takes no time to speak of.
Field names are the ids of form.yaml, so that an answer reads the same whatever its language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from mailbot.letters.photos import Photo
from mailbot.process.model import Field, Process

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

PDF = "application/pdf"
WIDTH, HEIGHT, MARGIN = 595, 842, 50  # points; A4, which prints on US letter too with its margins
_LINE, _TALL = 20, 92  # points: a field of one line, and one for a story
_ROW = 11  # points: a line of words
_LEFT_OUT = ("files",)  # photos are attached to the mail; a PDF form has no field for them
_LONGEST = 4_000  # characters a field takes
_CHINESE, _LATIN, _LATIN_BOLD = "STSong-Light", "Helvetica", "Helvetica-Bold"
_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_NAMED = re.compile(rb"/T \(([a-z]+)\)")
_FONT = (
    b"/Resources << /Font << /Helv << /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
    b" /Encoding /WinAnsiEncoding >> >> >>"
)
_KNOWN_LONGEST = 80  # characters of a known value that fit a line; a longer one is not shown, the letter has it


def paper(process: Process, language: str, desk: str, values: Mapping[str, str], code: str) -> Photo | None:
    """The form as a file to enclose: what is known filled in, the case in its corner; None where it has no words."""
    if not process.paper.title.get(language):
        return None
    blank = _blank(process, language, desk)
    known = {"case": code} | {field: value for field, value in values.items() if len(value) <= _KNOWN_LONGEST}
    return Photo(f"{process.paper.file.get(language) or 'form'}-{code}.pdf", PDF, _filled(blank, known))


@lru_cache(maxsize=16)  # languages of a desk, before and after a change of its rules
def _blank(process: Process, language: str, desk: str) -> _Blank:
    from reportlab.pdfgen.canvas import Canvas  # loaded where a form is first drawn: it takes 65 ms

    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1, lang=language)
    title = process.paper.title.get(language, "")
    canvas.setTitle(title)
    canvas.setAuthor(desk)
    drawing = _Drawing(canvas, language)
    drawing.head(desk, title, process.paper.how.get(language, ""))
    for field in process.form:
        if field.kind not in _LEFT_OUT:
            drawing.field(field)
    canvas.save()
    return _read(_thinned(out.getvalue()))


class _Drawing:
    """A page that fills from its top."""

    def __init__(self, canvas: Canvas, language: str) -> None:
        self._canvas, self._language = canvas, language
        self._plain, self._bold = _fonts(language)
        self._y = float(HEIGHT - MARGIN)

    def head(self, desk: str, title: str, how: str) -> None:
        self._canvas.setFillGray(0.35)
        self._write(desk, self._plain, 9)
        self._hidden_case()
        self._canvas.setFillGray(0.1)
        self._y -= 8
        self._write(title, self._bold, 16, 20)
        self._canvas.setFillGray(0.25)
        for line in _wrapped(how, self._plain, 9.5):
            self._write(line, self._plain, 9.5, 12)
        self._y -= 4

    def field(self, field: Field) -> None:
        tall = _TALL if field.kind == "text" else _LINE
        label = (field.labels.get(self._language) or next(iter(field.labels.values())))[0]
        choices = _choices(field, self._language)
        hint = "" if choices else field.hints.get(self._language, "")
        if self._y - tall - 2 * _ROW < MARGIN:
            self._canvas.showPage()
            self._y = float(HEIGHT - MARGIN)
        self._canvas.setFillGray(0.1)
        self._y -= 3
        self._write(label, self._bold, 9.5)
        if hint:
            self._canvas.setFillGray(0.4)
            at = self._canvas.stringWidth(label, self._bold, 9.5) + MARGIN + 8
            room = WIDTH - MARGIN - at
            if self._canvas.stringWidth(hint, self._plain, 8) <= room:
                self._canvas.setFont(self._plain, 8)
                self._canvas.drawString(at, self._y + 2, hint)
            else:
                for line in _wrapped(hint, self._plain, 8):
                    self._write(line, self._plain, 8, 10)
        self._y -= tall
        self._input(field, label, choices, tall)
        self._y -= 4

    def _input(self, field: Field, label: str, choices: list[tuple[str, str]], tall: float) -> None:
        look = {"x": MARGIN, "y": self._y, "width": WIDTH - 2 * MARGIN, "height": tall, "tooltip": label}
        colours = {"borderWidth": 0.5, "fontSize": 10, "fillColor": _grey(0.97), "borderColor": _grey(0.6)}
        form = self._canvas.acroForm
        if choices:
            form.choice(name=field.id, value=" ", options=[" ", *choices], fieldFlags="combo", **look, **colours)
        else:
            flags = "multiline" if field.kind == "text" else ""
            form.textfield(name=field.id, value="", maxlen=_LONGEST, fieldFlags=flags, **look, **colours)

    def _hidden_case(self) -> None:
        """The case in the upper corner; read only, so that nobody changes it by mistake."""
        self._canvas.acroForm.textfield(
            name="case", value="", maxlen=40, fieldFlags="readOnly", x=WIDTH - MARGIN - 110, y=self._y - 4, width=110,
            height=16, fontSize=9, borderWidth=0, fillColor=None, borderColor=None, tooltip="",
        )  # fmt: skip

    def _write(self, text: str, font: str, size: float, row: float = _ROW) -> None:
        self._y -= row
        self._canvas.setFont(font, size)
        self._canvas.drawString(MARGIN, self._y + 2, text)


def _grey(shade: float) -> object:
    from reportlab.lib.colors import Color

    return Color(shade, shade, shade)


def _fonts(language: str) -> tuple[str, str]:
    """What draws the language's letters: viewers have the Chinese one, and Helvetica, by themselves."""
    if language != "zh":
        return _LATIN, _LATIN_BOLD
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    return _CHINESE, _CHINESE


def _wrapped(text: str, font: str, size: float) -> Iterator[str]:
    """Lines that fit the page; Chinese is broken anywhere, all else between words."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    line = ""
    for piece in text if font == _CHINESE else re.findall(r"\S+\s*", text):
        if line and stringWidth((line + piece).rstrip(), font, size) > WIDTH - 2 * MARGIN:
            yield line.rstrip()
            line = ""
        line += piece
    if line:
        yield line.rstrip()


def _choices(field: Field, language: str) -> list[tuple[str, str]]:
    """(shown, kept) of a field to choose from: the hint names the choices in their order, in the language."""
    shown = [each.strip(" .。") for each in re.split(r"[,、，;]", field.hints.get(language, ""))]
    if len(shown) != len(field.choices) or not all(shown):
        return []
    return [(words, choice.value) for words, choice in zip(shown, field.choices, strict=True)]


@dataclass(frozen=True, slots=True)
class _Blank:
    """A blank form. fields: name -> (its object's number, its body); size: objects there are; table: where they are."""

    data: bytes
    fields: Mapping[str, tuple[int, bytes]]
    size: int
    root: bytes
    table: bytes


def _thinned(data: bytes) -> bytes:
    """The same file with each thing in it once: every field brings its own copy of fonts and of an empty look."""
    objects = {int(number): body for number, body in _OBJECT.findall(data)}
    while copies := _copies(objects):
        objects = {n: _pointing(body, copies) for n, body in objects.items() if n not in copies}
    out = data[: data.index(b"1 0 obj")]
    size, places = max(objects) + 1, dict[int, int]()
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = (b"%010d 00000 n \n" % places[n] if n in places else b"0000000000 65535 f \n" for n in range(size))
    trailer = data[data.index(b"trailer") : data.rindex(b"startxref")]
    return out + b"xref\n0 %d\n" % size + b"".join(rows) + trailer + b"startxref\n%d\n%%%%EOF\n" % len(out)


def _pointing(body: bytes, instead: Mapping[int, int]) -> bytes:
    """The object with its references led to others."""
    return _REFERENCE.sub(lambda to: b"%d 0 R" % instead.get(int(to[1]), int(to[1])), body)


def _copies(objects: Mapping[int, bytes]) -> dict[int, int]:
    """number -> that of an earlier object that is the same. A field is what its name says, however alike another is."""
    first: dict[bytes, int] = {}
    return {n: first[body] for n, body in sorted(objects.items()) if first.setdefault(body, n) != n}


def _read(data: bytes) -> _Blank:
    fields = {
        named[1].decode("ascii"): (int(found[1]), found[2])
        for found in _OBJECT.finditer(data)
        if b"/Subtype /Widget" in found[2] and b"/FT /Tx" in found[2] and (named := _NAMED.search(found[2]))
    }
    size, root = int(re.findall(rb"/Size (\d+)", data)[-1]), re.findall(rb"/Root (\d+ 0 R)", data)[-1]
    return _Blank(data, fields, size, root, re.findall(rb"startxref\s+(\d+)", data)[-1])


def _filled(blank: _Blank, values: Mapping[str, str]) -> bytes:
    """The form with values laid over it: the changed fields, their looks, a table of where they are, a new trailer."""
    changed: dict[int, bytes] = {}
    following = blank.size
    for name, value in values.items():
        if not value or name not in blank.fields:
            continue
        number, body = blank.fields[name]
        shown = b"/V <" + ("\ufeff" + value).encode("utf-16-be").hex().encode("ascii") + b">"
        body = body.replace(b"/V ()", shown)
        changed[number] = re.sub(rb"/AP <<\s*/N \d+ 0 R", b"/AP << /N %d 0 R" % following, body)
        changed[following] = _look(value, _size(body), framed=b"/BC [" in body)
        following += 1
    return blank.data + _update(changed, following, blank)


def _size(body: bytes) -> tuple[float, float]:
    left, low, right, high = (float(each) for each in re.findall(rb"/Rect \[ ([^]]+) \]", body)[0].split())
    return right - left, high - low


def _look(value: str, size: tuple[float, float], *, framed: bool) -> bytes:
    """What a viewer that draws no fields itself shows (12.7.3.3); letters beyond Latin-1 it has to draw itself."""
    text = value.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    frame = b"0.97 g 0.6 G 0.5 w 0.25 0.25 %.1f %.1f re B " % (size[0] - 0.5, size[1] - 0.5) if framed else b""
    drawn = frame + b"/Tx BMC q BT /Helv 10 Tf 0.1 g 4 %.1f Td (%s) Tj ET Q EMC" % (size[1] / 2 - 3.5, text)
    head = b"<< /Type /XObject /Subtype /Form /BBox [ 0 0 %.1f %.1f ] %s /Length %d >>" % (*size, _FONT, len(drawn))
    return head + b"\nstream\n" + drawn + b"\nendstream"


def _update(objects: Mapping[int, bytes], size: int, blank: _Blank) -> bytes:
    """The bytes to append (7.5.6): objects, their table, a trailer that points back to the first."""
    out, table = b"", b"xref\n"
    for number, body in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(blank.data) + len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places = (size, blank.root, blank.table, len(blank.data) + len(out))
    return out + table + b"trailer\n<< /Size %d /Root %s /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % places
