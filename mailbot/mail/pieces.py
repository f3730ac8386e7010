"""What a mail falls into: the node of its tree, and the leaf that a reader of the mail meets.

Nothing here looks at bytes; `structure` makes the nodes, `mime` walks them and makes the leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message as MimeMessage

CLOSED = frozenset({"message/rfc822", "message/global"})  # RFC 2046 5.2.1, RFC 6532 3.7


class Node(MimeMessage):
    """A part as other readers of mail know it, with its exact bytes beside it (still in their transfer encoding)."""

    content: bytes = b""
    found_name: str = ""  # of a file that was found inside another part
    around: bytes = b""  # what stands before the first part and after the last one (RFC 2046 5.1.1)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One part that holds no further parts of this mail; `group` is shared by alternatives of the same words."""

    part: MimeMessage
    type: str
    group: int
    alternative: bool
    attached: bool  # sent to be kept as a file, not read as words
    defect: str = ""  # why its words could not be read, for the log
    spare: bool = False  # words in case there are no others (inside winmail.dat)


def node(kind: str, content: bytes, name: str = "", *, kept: bool = False, charset: str = "") -> Node:
    """A part that was found inside another one; its bytes are in no transfer encoding any more."""
    made = Node()
    made.set_raw("Content-Type", kind + (f'; charset="{charset}"' if charset else ""))
    made.set_raw("Content-Transfer-Encoding", "binary")
    if name or kept:
        made.set_raw("Content-Disposition", "attachment")
    made.content = content
    made.set_payload("")
    if name:
        made.found_name = name
    return made
