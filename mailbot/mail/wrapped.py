"""Decides what is wrapped inside a part: winmail.dat, an S/MIME envelope, a multipart in base64, uuencoded files.

What is found becomes leaves like any other, so that photos in winmail.dat are photos; the wrapping itself stays a leaf.
Must never raise and never open more than DEPTH_MAX wrappings in each other (`mime.leaves` counts). What is sealed
(RFC 8551 3.3, RFC 3156 4) is not opened but said.
"""

from __future__ import annotations

from dataclasses import replace
from email.message import Message as MimeMessage

from mailbot.mail import cms, parameters, rtf, structure, tnef, transfer
from mailbot.mail.pieces import Leaf, Node, node

DEPTH_MAX = 3
WRAPPED_MAX = 40_000_000  # bytes of one wrapping; Gmail and Outlook.com let 25 MB out
SEALED = "encrypted: the words cannot be read"
UNREADABLE = "a signed mail that cannot be opened"
_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef", "application/x-ms-tnef"})
_CMS_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_PGP_CONTROL = "application/pgp-encrypted"
_UNTOLD = "application/octet-stream"
_TNEF_IN_BASE64 = b"eJ8+"  # how every winmail.dat begins


def entity(part: MimeMessage, kind: str) -> tuple[Node | None, str]:
    """The MIME entity inside this part, to be walked like the mail itself, and what hinders reading it."""
    if not isinstance(part, Node):
        return None, ""
    if kind.startswith("multipart/"):
        return _encoded_multipart(part), ""
    if kind in _CMS_TYPES:
        return _signed(part)
    return None, SEALED if kind == _PGP_CONTROL else ""


def files(leaf: Leaf) -> list[Leaf]:
    """The leaf, and after it what is wrapped in it."""
    part = leaf.part
    if not isinstance(part, Node) or not part.content:
        return [leaf]
    if leaf.type in _TNEF_TYPES or part.content.lstrip().startswith((_TNEF_IN_BASE64, tnef.SIGNATURE)):
        return _outlook(leaf, _bytes(part))
    if leaf.type == "text/plain" and not leaf.attached and _may_hold_files(part):
        return _text_with_files(leaf, _bytes(part, words=True))
    return [leaf]


def _may_hold_files(part: Node) -> bool:
    encoding = transfer.encoding(str(part.get("content-transfer-encoding", "")))
    return encoding in ("uuencode", "yenc", "base64") or b"begin " in part.content or b"begin-" in part.content


def _bytes(part: Node, *, words: bool = False) -> bytes:
    encoding = str(part.get("content-transfer-encoding", ""))
    if transfer.encoding(encoding) == "uuencode" and words:
        return part.content
    return transfer.decode(part.content[:WRAPPED_MAX], encoding, words=words)


def _encoded_multipart(part: Node) -> Node | None:
    """A multipart in base64 or quoted-printable, against RFC 2045 6.4."""
    encoding = str(part.get("content-transfer-encoding", ""))
    if not transfer.encoding(encoding):
        return None
    return structure.inner(part, transfer.decode(part.content[:WRAPPED_MAX], encoding, words=True))


def _signed(part: Node) -> tuple[Node | None, str]:
    told = parameters.parameters(str(part.get("content-type", ""))).get("smime-type", "").lower()
    kind, inside = cms.opened(_bytes(part))
    if kind == "signed" and inside:
        return structure.tree(inside)[0], ""
    if kind == "signed" or told in ("certs-only", "signed-receipt"):
        return None, ""
    return None, SEALED if kind == "sealed" or told.startswith(("enveloped", "auth")) else UNREADABLE


def _outlook(leaf: Leaf, data: bytes) -> list[Leaf]:
    """winmail.dat, the words in it for want of others, and its files."""
    found = tnef.read(data)
    if found is None:
        return [leaf]
    leaf = replace(leaf, attached=True, defect="" if found.whole else "winmail.dat is cut short")
    leaves = [leaf]
    if said := _outlook_words(found):
        leaves.append(_leaf(leaf, said, spare=True))
    for file in found.files:
        if file.data:
            kind = parameters.media_type(file.type, _UNTOLD) if file.type else _UNTOLD
            leaves.append(_leaf(leaf, node(kind, file.data, file.name, kept=True)))
    return leaves


def _outlook_words(found: tnef.Tnef) -> Node | None:
    if found.text.strip():
        return node("text/plain", found.text.encode("utf-8", "replace"), charset="utf-8")
    if found.html.strip():
        return node("text/html", found.html)
    said, hypertext = rtf.words(rtf.unpacked(found.rtf))
    if not said.strip():
        return None
    return node("text/html" if hypertext else "text/plain", said.encode("utf-8", "replace"), charset="utf-8")


def _text_with_files(leaf: Leaf, data: bytes) -> list[Leaf]:
    """A text, and the files that stand in it as uuencode or yEnc."""
    found, rest = transfer.uuencoded(data)
    if not found:
        return [leaf]
    charset = parameters.parameters(str(leaf.part.get("content-type", ""))).get("charset", "")
    said = node("text/plain", rest, charset=charset)
    return [
        replace(leaf, part=said),
        *(_leaf(leaf, node(_UNTOLD, inside, name.decode("utf-8", "replace"), kept=True)) for name, inside in found),
    ]


def _leaf(outer: Leaf, part: Node, *, spare: bool = False) -> Leaf:
    kind = parameters.media_type(str(part.get("content-type", "")))
    return Leaf(part, kind, outer.group, False, not spare, spare=spare)
