"""The complaint form as a PDF: how it looks, and how it reads when it comes back, whatever viewer filled it in."""

from __future__ import annotations

from email.message import EmailMessage
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from mailbot.cases.form_papers import NO_FORM, in_mail, of_paper
from mailbot.letters.form_paper import PDF, paper
from mailbot.letters.photos import Photo
from mailbot.mail import message as messages
from mailbot.mail.attachments import File
from mailbot.mail.papers import BYTES_MAX, WORD, XML_MAX, Paper, papers
from tests.corpus import looking

PROCESS = looking().room.process
KNOWN = {"name": "Zoë Müller (née \\ X)", "email": "zoe@example.com", "store": "Marylebone"}
FILLED = {
    "garment": "Silk dress, ivory – Größe 38",
    "happened": "It came back torn.\nThe seam is open (left side).",
    "problem": "damaged",
    "where": "with me",
    "wish": "repair",
    "price": "£ 240",
}
CHINESE = {"garment": "丝绸连衣裙", "happened": "取回时\n袖子破了。", "problem": "damaged"}


def blank(language: str = "en") -> Photo:
    made = paper(PROCESS, language, "BLANC Customer Care", KNOWN, "BLANC-4K7QD2M")
    assert made
    return made


def filled(values: dict[str, str], *, redrawn: bool = True) -> bytes:
    """As a viewer saves it: whole and anew, with or without new appearances of the fields."""
    writer = PdfWriter(clone_from=BytesIO(blank().data))
    for page in writer.pages:
        writer.update_page_form_field_values(page, values, auto_regenerate=redrawn)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def mail_with(text: str, file: Photo) -> bytes:
    """A mail with a file, as most programs attach one."""
    mail = EmailMessage()
    mail["From"] = "Zoe <zoe@example.com>"
    mail.set_content(text)
    main, _, sub = file.type.partition("/")
    mail.add_attachment(file.data, main, sub, filename=file.name)
    return mail.as_bytes()


def read(data: bytes, name: str = "form.pdf", kind: str = PDF) -> Paper:
    (found,) = papers((File(kind, name, data),))
    return found


def test_the_blank_form_holds_what_is_known() -> None:
    """Name, address, store and case stand in it, as values and as what is drawn; all other fields are empty."""
    fields = PdfReader(BytesIO(blank().data)).get_fields() or {}
    assert {name: value["/V"] for name, value in fields.items() if str(value.get("/V", "")).strip()} == {
        **KNOWN, "case": "BLANC-4K7QD2M",
    }  # fmt: skip
    assert set(fields) == {field.id for field in PROCESS.form if field.kind != "files"} | {"case"}
    annotations = [each.get_object() for each in PdfReader(BytesIO(blank().data)).pages[0]["/Annots"]]
    drawn = {each["/T"]: each["/AP"]["/N"].get_object().get_data() for each in annotations}
    assert b"(zoe@example.com)" in drawn["email"]
    assert blank().name == "complaint-form-BLANC-4K7QD2M.pdf"


def test_no_words_no_paper() -> None:
    """A language for which form.yaml has no heading gets no paper."""
    assert paper(PROCESS, "xx", "Desk", KNOWN, "BLANC-4K7QD2M") is None


@pytest.mark.parametrize("language", sorted(PROCESS.paper.title))
def test_every_language_has_its_paper(language: str) -> None:
    """The same fields in each, in one or two pages."""
    reader = PdfReader(BytesIO(blank(language).data))
    assert {*(reader.get_fields() or {})} == {*(PdfReader(BytesIO(blank().data)).get_fields() or {})}
    assert len(reader.pages) <= 2


@pytest.mark.parametrize("values", [FILLED, CHINESE])
@pytest.mark.parametrize("redrawn", [True, False])
def test_a_form_that_was_filled_in_reads_exactly(values: dict[str, str], redrawn: bool) -> None:
    """What was typed, in any letters; with what was known before."""
    found = read(filled(values, redrawn=redrawn))
    assert {name: found.fields[name] for name in values} == values
    assert found.fields["name"] == KNOWN["name"]


def test_a_form_saved_on_top_reads_exactly() -> None:
    """Viewers that append what changed (incremental update) instead of writing the file anew."""
    writer = PdfWriter(BytesIO(blank().data), incremental=True)
    writer.update_page_form_field_values(writer.pages[0], FILLED, auto_regenerate=False)
    out = BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(blank().data[:5_000])
    assert {name: read(out.getvalue()).fields[name] for name in FILLED} == FILLED


def test_a_protected_form_reads_exactly() -> None:
    """Saved so that nobody may change it (an owner's password, none to open it)."""
    writer = PdfWriter(clone_from=BytesIO(filled(FILLED)))
    writer.encrypt("", "owner", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    assert read(out.getvalue()).fields["garment"] == FILLED["garment"]


def test_boxes_and_round_buttons_read_as_their_choice() -> None:
    """A viewer that writes no value, only which appearance is shown."""
    writer = PdfWriter(clone_from=BytesIO(blank().data))
    for each in writer.pages[0]["/Annots"]:
        field = each.get_object()
        if field.get("/T") == "problem":
            del field["/V"]
            field[NameObject("/AS")] = NameObject("/damaged")
            field[NameObject("/FT")] = NameObject("/Btn")
    out = BytesIO()
    writer.write(out)
    assert read(out.getvalue()).fields["problem"] == "damaged"


def test_a_flattened_form_is_read_by_its_words() -> None:
    """Printed to a file: no fields, but labels with values below them."""
    text = (
        "Complaint form\nYour name\nZoe Miller\nGarment\nSilk dress\nKind of problem:\ndamaged\nWhat happened:\nTorn.\n"
    )
    reading = of_paper(Paper("form.pdf", {}, text), PROCESS)
    assert reading.values["problem"] == "damaged"
    assert reading.values["happened"] == "Torn."


def word(rows: list[tuple[str, str]], tags: dict[str, str]) -> bytes:
    """A Word file with a table of two columns, and content controls."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraph = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    cells = "".join(
        f"<w:tr><w:tc>{paragraph.format(label)}</w:tc><w:tc>{paragraph.format(value)}</w:tc></w:tr>"
        for label, value in rows
    )
    controls = "".join(
        f'<w:sdt><w:sdtPr><w:tag w:val="{tag}"/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'
        for tag, content in ((tag, paragraph.format(value)) for tag, value in tags.items())
    )
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {space}><w:body><w:tbl>{cells}</w:tbl>{controls}</w:body></w:document>"
        )
    return out.getvalue()


def test_a_word_file_reads_by_its_controls_and_by_its_table() -> None:
    """Controls by their tag; without them, a row of a table is a label and its value."""
    assert read(word([], {"garment": "Coat", "happened": "Lost it"}), "form.docx", WORD).fields == {
        "garment": "Coat", "happened": "Lost it",
    }  # fmt: skip
    found = read(
        word([("Garment", "Coat"), ("What happened:", "It was lost."), ("Kind of problem", "lost")], {}), "x.docx", WORD
    )
    assert of_paper(found, PROCESS).values == {"garment": "Coat", "happened": "It was lost.", "problem": "lost"}


def test_a_paper_goes_before_the_words_of_the_mail() -> None:
    """The form in the PDF is what the customer filled in; our own letter below it is only quoted."""
    raw = mail_with("Here it is.\n\n> Your name: Zoe\n> Garment:\n", Photo("form.pdf", PDF, filled(FILLED)))
    found = in_mail(messages.read(raw), PROCESS)
    assert found.reading.values["garment"] == FILLED["garment"]
    assert found.reading.values["name"] == KNOWN["name"]
    assert found.unread == ()


@pytest.mark.parametrize(
    ("name", "kind", "data"),
    [
        ("scan.jpg", "image/jpeg", b"\xff\xd8\xff" + b"p" * 60_000),
        ("scan.pdf", PDF, b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF"),
        ("large.pdf", PDF, b"%PDF-1.4\n" + b" " * BYTES_MAX),
        ("broken.pdf", PDF, b"no pdf at all"),
        ("broken.docx", WORD, b"PK\x03\x04 nothing"),
    ],
)
def test_what_no_program_reads_is_named(name: str, kind: str, data: bytes) -> None:
    """A photo or a scan of the form, a damaged or a huge file: a person is to look at it."""
    found = in_mail(messages.read(mail_with("My form", Photo(name, kind, data))), PROCESS)
    assert found.reading.values == NO_FORM.reading.values
    assert found.unread == (name,)


def test_a_bomb_is_not_unpacked() -> None:
    """A Word file that unpacks to more than a text can be is not read."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<w:document>" + " " * (XML_MAX + 10) + "</w:document>")
    assert len(out.getvalue()) < XML_MAX / 100
    assert not read(out.getvalue(), "form.docx", WORD).read


def test_fields_in_a_circle_end() -> None:
    """A field that is its own child."""
    writer = PdfWriter(clone_from=BytesIO(blank().data))
    root = writer.root_object["/AcroForm"].get_object()["/Fields"]
    loop = DictionaryObject({NameObject("/T"): TextStringObject("loop")})
    reference = writer._add_object(loop)
    loop[NameObject("/Kids")] = type(root)([reference])
    root.insert(0, reference)
    out = BytesIO()
    writer.write(out)
    assert read(out.getvalue()).fields["name"] == KNOWN["name"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_bent_papers_are_read_or_named(data: st.DataObject) -> None:
    """Any bytes under the name of a PDF or a Word file."""
    whole = data.draw(st.sampled_from([blank().data, word([("Garment", "Coat")], {"name": "X"})]))
    at = data.draw(st.integers(0, len(whole)))
    bent = whole[:at] + data.draw(st.binary(max_size=30)) + whole[at + data.draw(st.integers(0, 500)) :]
    for kind in (PDF, WORD):
        found = read(bent, "form", kind)
        assert found.read or not found.fields
