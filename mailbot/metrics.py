"""What the service said of itself as figures for Prometheus, in its text format (version 0.0.4), written by hand.

For node_exporter's textfile collector, or anything that reads the format. Names end in their unit; counters count from
the start of the service and end in `_total`. A figure that is not known is left out: a sample would be a claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailbot.health import Said

GAUGE, COUNTER = "gauge", "counter"
Value = float | datetime | None


@dataclass(frozen=True, slots=True)
class Metric:
    """One name with its samples: (labels, value)."""

    name: str
    kind: str
    about: str
    samples: tuple[tuple[Mapping[str, str], Value], ...]


def as_text(said: Said | None, *, healthy: bool) -> str:
    """Every figure that is known, each name with its HELP and TYPE."""
    desk = {"desk": said.desk} if said else {}
    known = (_with(metric, desk) for metric in _metrics(said, healthy))
    return "".join(f"{line}\n" for metric in known if metric.samples for line in _lines(metric))


def _metrics(said: Said | None, healthy: bool) -> Iterator[Metric]:
    yield _one("mailbot_healthy", GAUGE, "Whether the service is well: 1 yes, 0 no.", float(healthy))
    if said is None:
        return
    yield _one("mailbot_start_time_seconds", GAUGE, "When the service was started.", said.started_at)
    yield _one("mailbot_last_sign_time_seconds", GAUGE, "When the service last gave a sign of life.", said.said_at)
    yield _one("mailbot_last_cycle_time_seconds", GAUGE, "When a cycle last came to its end.", said.finished_at)
    yield _one("mailbot_failures_in_a_row", GAUGE, "Cycles that failed since one came to its end.", said.failures)
    yield _one("mailbot_cycles_total", COUNTER, "Cycles that came to their end.", said.cycles)
    yield _one("mailbot_mails_taken_total", COUNTER, "Mails taken in.", said.taken)
    yield _one("mailbot_silences_fired_total", COUNTER, "Silences that led to a step of a case.", said.fired)
    yield _one("mailbot_letters_sent_total", COUNTER, "Letters that the mail server has accepted.", said.sent)
    yield _one("mailbot_letters_unsent_total", COUNTER, "Tries to send a letter that failed.", said.unsent)
    yield _one("mailbot_open_cases", GAUGE, "Complaints that have not ended.", said.open_cases)
    about = "Letters that have not left: queued, held by a guard or brake, or in doubt after a crash."
    states = {"queued": said.queued, "held": said.held, "in_doubt": said.in_doubt}
    yield Metric("mailbot_letters", GAUGE, about, tuple(({"state": name}, n) for name, n in states.items()))
    yield _one("mailbot_inbox_mails", GAUGE, "New mails that wait in the inbox.", said.waiting)
    yield _one("mailbot_inbox_left_mails", GAUGE, "Older mails left in the inbox, never answered.", said.left)
    about = "Mails in the inbox that the mail server cannot hand over."
    yield _one("mailbot_inbox_undelivered_mails", GAUGE, about, said.undelivered)
    yield _one("mailbot_unsorted_mails", GAUGE, "Mails that a human was asked about and has not sorted.", said.unsorted)
    about = "When the oldest mail that waits for a human was taken in."
    yield _one("mailbot_oldest_unsorted_time_seconds", GAUGE, about, said.oldest_unsorted_at)
    about = "When the sign-in at the mail provider ends."
    yield _one("mailbot_sign_in_end_time_seconds", GAUGE, about, said.sign_in_ends_at)


def _one(name: str, kind: str, about: str, value: Value) -> Metric:
    return Metric(name, kind, about, (({}, value),))


def _with(metric: Metric, labels: Mapping[str, str]) -> Metric:
    known = tuple(({**labels, **own}, value) for own, value in metric.samples if value is not None)
    return Metric(metric.name, metric.kind, metric.about, known)


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.about}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for labels, value in metric.samples:
        told = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"{metric.name}{{{told}}} {_number(value)}" if told else f"{metric.name} {_number(value)}"


def _number(value: Value) -> str:
    number = value.timestamp() if isinstance(value, datetime) else float(value or 0)
    return str(int(number)) if number.is_integer() else repr(number)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
