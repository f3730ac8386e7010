"""The fixed words of the rule files: parties, states, outcomes and so on, as tables.

What is not in here is an admin's own: letters, facts, stores, commands. A word added here can be written in the
rules at once; `tests/test_process_load.py` holds the tables against the contract in the design.
"""

from __future__ import annotations

import re

ROLES = ("till", "va", "operations", "care", "admin")
CUSTOMER = "customer"
PARTIES = (CUSTOMER, *ROLES)
SENDERS = (*PARTIES, "stranger", "clock", "desk")
PHOTOS, FORM = "photos", "form"  # what a letter can carry
AUDIENCES = (*PARTIES, "owner", "author", "colleague", "deputy", "approver")
OUTSIDE = (
    "customer",
    "till",
    "author",
)  # audiences that are, or may be, outside the house: a till is read over a shoulder

STATES = (
    "in_store",
    "awaiting_form",
    "checking_garments",
    "awaiting_garments",
    "assessing",
    "awaiting_approval",
    "in_repair",
    "with_manufacturer",
    "offered",
    "final_offer",
    "awaiting_payment",
    "settled",
    "parked",
    "closed",
)
HIDDEN_STATES = ("new", "sorting", "filed")  # never shown as a state of a complaint
QUIET = "quiet"  # stands for the state of a serious case: no letter leaves by itself until somebody says `go on`
FIRST = "new"
BACK = "back"  # `go: back`: the state that a parked case left

OUTCOMES = (
    "in_store",
    "voucher",
    "repaired",
    "accepted_cl1",
    "accepted_cl2",
    "declined",
    "lapsed",
    "explained",
    "withdrawn",
    "no_form",
    "no_garment",
    "not_a_complaint",
)
LEVELS = ("serious", "standard", "minor")
CATEGORIES = ("damage", "loss", "service", "billing", "staff", "policy", "other")
# The small lists of words that say something only together (categories.yaml, `words` and `signs`).
SIGN_WORDS = (
    *("garment", "state", "became", "harm", "mark", "new", "still", "unclean", "brought", "got", "count", "only"),
    *("missing", "alien", "visitor", "absent", "waited", "reached", "unanswered", "where", "unready", "ordered"),
    *("against", "price", "charged", "differ", "twice", "unexplained", "staff", "rude", "expect", "money", "unless"),
    *("body", "hurt", "asks", "served", "feared", "warm", "thanks", "doubted", "gone", "would", "nice", "inform"),
    *(
        "make",
        "goods",
        "seek",
        "work",
        "site",
        "found",
        "return",
        "own",
        "inquire",
        "after",
        "cannot",
        "never",
        "letdown",
    ),
    *("law", "elsewhere", "slipped"),
)
SIGNS_SEEN = ("question", "number", "counts")  # what needs no list: a question, a number, two that differ

FORM_FIELDS = (
    "name",
    "email",
    "phone",
    "contact",
    "store",
    "ticket",
    "date",
    "garment",
    "age",
    "price",
    "problem",
    "happened",
    "where",
    "wish",
    "photos",
)
FIELD_KINDS = ("line", "text", "email", "phone", "date", "money", "store", "choice", "files")

EVENT_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
EVENT_NAME_RULE = "use small letters and '_', in the past tense: garments_found"

# What is said with an answer or a command, beside the words that mean it (`takes:`).
TAKES = ("words", "amount", "assessment", "date", "person", "case", "form", "reference")
# What an assessment can find, and what the client is to the shop.
FINDINGS = ("clear error", "unclear error", "not our error", "repair", "manufacturer")
CLIENTS = ("good", "average", "bad")
# What comes of an answer that could approve an offer (cases/approval.py); '' = nothing was to be approved.
VERDICTS = ("given", "no form", "no offer", "no amount", "over limit", "another person")
# What a fact without a list of values may hold: what people wrote, a day (ISO), money in pence.
FACT_KINDS = ("text", "date", "amount")
# What an event may bring with it, for rows to keep as facts: by `takes:` of what was said, and the words themselves.
BROUGHT = (
    "words",
    "amount",
    "finding",
    "client",
    "cause",
    "findings",
    "date",
    "person",
    "code",
    "reference",
    "author_name",
)
