"""How much of a mail is read, so that no mail can hold the desk up: each limit with its reason.

Reading cuts, it never refuses: what is cut away is named as a defect, and the raw mail stays whole.
The limits stand far above anything a person sends; RFC 5322 2.1.1 allows 998 characters a line, and mail
systems in use take some 100 fields of a few KB.
"""

from __future__ import annotations

HEAD_MAX = 256 * 1024  # all header fields of the mail together
ADDRESSES_MAX = 32 * 1024  # all address fields together, some 800 recipients; mail-parser takes 30 us for each
FIELDS_MAX = 2_000  # of one header; a mail that passed many lists has 200
FIELD_MAX = 16 * 1024  # one header field with its folds
PARTS_MAX = 2_000  # a burst of photos has 100; each part costs 20 us
MARKS_MAX = 100_000  # lines that begin as a boundary does; a mail of 100 signatures and rules has 1,000
NESTING_MAX = 100  # multiparts in multiparts; programs make five. What lies deeper is hung at this depth
AROUND_MAX = 64 * 1024  # bytes before the first and after the last part that can be words
PAYLOAD_MAX = 256 * 1024  # bytes of a part that other readers (of delivery reports) are shown
LEAVES_MAX = 1_000
