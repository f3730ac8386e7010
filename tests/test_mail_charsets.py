"""charsets.decode: every byte string is some text, and the likeliest one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.charsets import decode


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("我的裙子坏了，㐂", "gb18030", "gb2312"),
        ("我的裙子", "gb18030", "GBK"),
        ("naïve café", "utf-8", "iso-8859-1"),
        ("£20 – “ruined”", "cp1252", "iso-8859-1"),
        ("£20 – “ruined”", "cp1252", "us-ascii"),
        ("①㈱の服", "cp932", "shift_jis"),
        ("똠방각하", "cp949", "ks_c_5601-1987"),
        ("ชุดของฉัน", "cp874", "windows-874"),
        ("日本語のメール", "iso2022_jp", "iso-2022-jp"),
        ("日本語のメール", "iso2022_jp", ""),
        ("你好，世界", "hz", "hz-gb-2312"),
        ("Grüße £", "utf-7", "utf-7"),
        ("Grüße", "cp850", "cp-850"),
        ("привет", "koi8-r", "KOI8-R"),
        ("schön", "utf-8", "x-unknown"),
        ("schön", "cp1252", "x-unknown"),
        ("schön", "utf-8", '"utf-8"'),
        ("שלום", "iso8859_8", "iso-8859-8-i"),
    ],
)
def test_bytes_become_the_text_they_were(text: str, codec: str, label: str) -> None:
    """Each alias of the table reads what mail programs really send under that label."""
    assert decode(text.encode(codec), label) == text


def test_one_cut_character_does_not_lose_the_mail() -> None:
    """A Chinese text cut in the middle of a character keeps all the others."""
    cut = ("我的裙子坏了" * 5).encode("gb18030")[:-1]
    assert decode(cut, "gb2312").startswith("我的裙子坏了")


def test_latin_bytes_labelled_utf8_are_read() -> None:
    """CP1252 bytes under a utf-8 label come out as letters, not as replacement characters."""
    assert decode("Ça coûte très, très cher à Zoë".encode("cp1252"), "utf-8") == "Ça coûte très, très cher à Zoë"


@pytest.mark.parametrize(
    "label", ["rot13", "zlib", "punycode", "idna", "unicode_escape", "\x00", "x" * 500, "undefined"]
)
def test_labels_that_are_no_charset_are_not_obeyed(label: str) -> None:
    """Python codecs that are no charset of mail are passed over."""
    assert decode("café \\u0041".encode(), label) == "café \\u0041"


@given(
    st.binary(max_size=300), st.one_of(st.text(max_size=20), st.sampled_from(["utf-7", "utf-16", "hz", "iso-2022-jp"]))
)
def test_never_raises_and_never_gives_half_characters(data: bytes, label: str) -> None:
    """Any bytes under any label give text that can be written as UTF-8."""
    decode(data, label).encode("utf-8")
