"""What staff said: an answer to what was asked, a command, or words. Matched with tolerance, never by guess.

Looks at the first line of the new words only, below a greeting. Answers come from the letter that was asked
(`answers:` in its template), commands from rules/commands.yaml, the small words round them from rules/hearing.yaml.
Two that fit equally are neither, and neither is a question, a denial or a yes with a "but". What is taken with a
command (an amount, a day …) is read by `taking`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mailbot.cases import assessment, heard, likeness
from mailbot.cases.first_line import Line, Words, ready
from mailbot.cases.heard import PAUSE, holds, inside_word
from mailbot.cases.phrases import plain
from mailbot.process.model import Answer, Command
from mailbot.process.wordlists import Hearing

_LIKENESS = 86.0  # the least that counts as meant; the scores above it: alike, begun, all of it, the very words
_BEGUN, _ALL_OF, _EXACT = 99.0, 100.0, 101.0
_BETWEEN = re.compile(r"[\s,.!;:–—-]*")
_CODE = re.compile(r"[a-z][a-z0-9]{0,15}-[a-z2-7]{7}")
_FREE = ("words", "form")  # whatever follows belongs to it, questions and doubts too


@dataclass(frozen=True, slots=True)
class Said:
    """What was understood: the answer or command, and the words that belong to it."""

    meant: Answer | Command
    words: str


def understand(text: str, choices: Iterable[Answer | Command], hearing: Hearing) -> Said | None:
    """The one choice the text names; None where it names none, or two equally."""
    body = heard.body(text, hearing)
    first, _, rest = body.partition("\n")
    whole = heard.tidy(plain(first))
    if not whole:
        return None
    offered = [_widened(each, hearing.meanings) if isinstance(each, Answer) else each for each in choices]
    said = heard.without_courtesy(whole, hearing)
    others = [choice for choice in offered if choice.takes != "assessment"]
    answers = Line(whole, said, [choice for choice in others if isinstance(choice, Answer)], hearing)
    commands = Line(whole, said, [choice for choice in others if isinstance(choice, Command)], hearing)
    # What was asked comes first: `no` under a question answers it, and "no, we have it" is no command either.
    best = _best(answers) or _bare(answers)
    if best is None and not any(_begins(whole, ready(each.words), hearing) for each in answers.choices):
        best = _assessed(body, offered, hearing) or _commanded(commands, offered, first)
    return Said(best, _words(body, best, rest, hearing)) if best else None


@lru_cache(maxsize=1024)
def _widened(answer: Answer, meanings: tuple[tuple[str, ...], ...]) -> Answer:
    """An answer with all the words that mean it; a command has its own alone."""
    words = heard.widened(answer.words, meanings)
    return answer if words == answer.words else replace(answer, words=words)


def says_nothing(note: str, hearing: Hearing) -> bool:
    """Whether the words above a forward are courtesy and a signature alone, so that it is passed on bare."""
    lines = [plain(line).strip() for line in note.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(heard.compared(hearing.machine))]
    while lines and heard.greets(lines[0], hearing):
        lines = lines[1:]
    if lines and heard.tidy(lines[0]) in (*heard.compared(hearing.passed_on), ""):
        lines = lines[1:]
    if not lines:
        return True
    if heard.without_courtesy(lines[0], hearing):
        return False
    return len(lines) <= heard.SIGNATURE_LINES and all(map(heard.may_sign, lines[1:]))


def _best(line: Line) -> Answer | Command | None:
    """The choice that fits best, if one does and no other fits as well."""
    scored = sorted(((_score(line, choice), choice) for choice in line.choices), key=lambda pair: -pair[0])
    if not scored or scored[0][0] < _LIKENESS:
        return None
    if len(scored) > 1 and scored[1][0] == scored[0][0] and scored[1][1].event != scored[0][1].event:
        return None
    return scored[0][1]


def _bare(line: Line) -> Answer | Command | None:
    """The one answer that a mere amount ("20") or the mere code of a case can belong to."""
    mere = "amount" if _mere_amount(line) else "case" if _CODE.fullmatch(line.said) else ""
    fitting = [choice for choice in line.choices if mere and choice.takes == mere]
    return fitting[0] if len(fitting) == 1 and line.free else None


def _score(line: Line, choice: Answer | Command) -> float:
    words = ready(choice.words)
    if choice.takes in _FREE:
        return _free(line, words)
    if line.asks:
        return _EXACT if line.whole in words.same or line.said in words.same else _near(line, words)
    if not line.free:
        return 0.0
    if choice.takes == "amount":
        return max(_phrase(line.without_amount, choice, words), _with_amount(line, choice, words))
    if choice.takes:
        return _named(line, choice, words)
    return _phrase(line, choice, words)


def _phrase(line: Line, choice: Answer | Command, words: Words) -> float:
    """For a choice that takes nothing more: its words, perhaps twice, perhaps with a reason."""
    if not words.same.isdisjoint(line.forms):
        return _EXACT
    if line.said and _all_of(line.said, words, line.hearing):
        return _ALL_OF
    if _begins(line.said, words, line.hearing) and not _turned(line, choice):
        return _BEGUN
    return _near(line, words)


def _led(text: str, words: Words) -> float:
    """One of the words first, then anything: the longer the word, the surer."""
    if not text.startswith(words.every):
        return 0.0
    return max((_leads(text, word) for word in words.every), default=0.0)


def _leads(text: str, word: str) -> float:
    after = text[len(word) :] if text.startswith(word) else ""
    if text == word or PAUSE.match(after) or after[:1].isspace():
        return _ALL_OF + min(len(word), 50) / 100
    return 0.0


def _free(line: Line, words: Words) -> float:
    """For a choice to which everything behind it belongs; mistyped, it needs a pause behind it."""
    said = line.behind_courtesy
    if best := _led(said, words):
        return best
    typed = _typed(said, line.begun_behind_courtesy, words, line.hearing)
    return _LIKENESS + 1 if typed and PAUSE.match(said, typed) else _near(line, words)


def _named(line: Line, choice: Answer | Command, words: Words) -> float:
    """For a choice that takes a name, a code, a day …: its own word first, and nothing that takes it back."""
    if best := _led(line.said, words):
        return 0.0 if _turned(line, choice) else best
    typed = _typed(line.said, line.begun, words, line.hearing)
    return _LIKENESS + 1 if typed and not _turned(line, choice) else _near(line, words)


def _assessed(body: str, choices: Sequence[Answer | Command], hearing: Hearing) -> Answer | Command | None:
    """The choice that an assessment is: the button with these very words, else the command."""
    fitting = [choice for choice in choices if choice.takes == "assessment"]
    top = plain(body.partition("\n")[0])
    top = top[heard.before_words(top, hearing) :].strip()
    named = [each for each in fitting if any(heard.leads(top, word) for word in heard.compared(each.words))]
    if not assessment.begins(body, hearing):
        return named[0] if named else None
    found = assessment.read(body, hearing)
    same = [each for each in fitting if any(_same(found, assessment.read(word, hearing)) for word in each.words)]
    free = [each for each in fitting if isinstance(each, Command)]
    return next(iter((*same, *free, *fitting)), None)


def _commanded(line: Line, offered: Sequence[Answer | Command], first: str) -> Answer | Command | None:
    """The command; where an assessment was asked for, "no, clear error" is neither it nor a `no`."""
    best = _best(line)
    asked = any(isinstance(choice, Answer) and choice.takes == "assessment" for choice in offered)
    if best and asked and best.takes not in _FREE and assessment.names_one(first, line.hearing):
        return None
    return best


def _same(one: assessment.Assessment, other: assessment.Assessment) -> bool:
    return (one.finding, one.client) == (other.finding, other.client) and one.finding != ""


def _with_amount(line: Line, choice: Answer | Command, words: Words) -> float:
    """Its own word, the amount, then whatever explains it: "voucher 20 for Mrs Smith"."""
    for word in words.longest if line.said.startswith(words.every) else ():
        if line.said.startswith(word) and not inside_word(line.said, len(word)):
            rest = line.said[len(word) :]
            pause = _BETWEEN.match(rest)
            follows = likeness.amount(line.hearing).match(rest, pause.end() if pause else 0)
            return _BEGUN if follows and not _turned(line, choice) else 0.0
    typed = _typed(line.said, line.begun, words, line.hearing)
    return _LIKENESS + 1 if typed and not _turned(line, choice) else 0.0


def _mere_amount(line: Line) -> bool:
    return line.said != "" and not line.without_amount.said


def _near(line: Line, words: Words) -> float:
    """How much like one of the words the line is, where nothing but typing tells them apart."""
    pairs = ((said, word) for said, near in line.alike.items() for word in near if word in words.same)
    return max((likeness.alike(said, word, line.hearing) for said, word in pairs), default=0.0)


def _typed(said: str, near: frozenset[str], words: Words, hearing: Hearing) -> int:
    """How long the beginning of the line is that is one of the words, mistyped; 0 for none. near: all it could be."""
    if near.isdisjoint(words.same):
        return 0
    return likeness.begun_alike(said, [word for word in words.every if word in near], hearing)


def _all_of(said: str, words: Words, hearing: Hearing) -> bool:
    """Whether the line is nothing but phrases of this one choice: "no, not here", "yes they're here"."""
    at = 0
    while at < len(said):
        if not said.startswith(words.every, at):
            return False
        ends = (at + len(word) for word in words.longest if word and said.startswith(word, at))
        end = next((end for end in ends if not inside_word(said, end)), 0)
        if not end:
            return False
        at = _past_pause(said, end, hearing)
    return True


def _past_pause(said: str, at: int, hearing: Hearing) -> int:
    """Where the next phrase begins, past marks and an "and"."""
    pause = _BETWEEN.match(said, at)
    at = pause.end() if pause else at
    joined = heard.pattern(hearing.joining).match(said, at)
    pause = _BETWEEN.match(said, joined.end()) if joined else None
    return pause.end() if pause else at


def _begins(said: str, words: Words, hearing: Hearing) -> bool:
    """The word, then a pause or, after a plain yes, whatever explains it. "no idea" is not a no."""
    if not said.startswith(words.every):
        return False
    begun = [word for word in words.every if word and said.startswith(word) and len(said) > len(word)]
    return any(PAUSE.match(said, len(word)) or (word in hearing.assent and said[len(word)].isspace()) for word in begun)


def _turned(line: Line, choice: Answer | Command) -> bool:
    """Whether the rest of the line takes back its beginning: a doubt, a denial of an assent, another choice's words."""
    own = max((word for word in heard.compared(choice.words) if line.said.startswith(word)), key=len, default="")
    rest, hearing = line.said[len(own) :], line.hearing
    taken_back = hearing.bounds if choice.takes == "amount" else ()
    if heard.pattern((*hearing.doubt, *hearing.limit, *taken_back)).search(rest):
        return True
    if heard.denied(rest, hearing) and not heard.denied(own, hearing):
        return True
    others = [other for other in line.choices if other.event != choice.event]
    if isinstance(choice, Answer):
        return any(holds(rest, word) >= 0 for other in others for word in heard.compared(other.words))
    return _second(rest, [other for other in others if isinstance(other, Command)], hearing)


def _second(rest: str, others: Sequence[Command], hearing: Hearing) -> bool:
    """Whether a second command follows that needs full proof: "no, gave her a voucher" is two, and asked back."""
    weighty = [word for other in others if other.proof == "full" for word in heard.compared(other.words)]
    for clause in heard.clauses(rest, hearing):
        less = heard.tidy(" ".join(likeness.amount(hearing).sub(" ", clause).split()))
        for word in weighty:
            if any(said.startswith(word) and not inside_word(said, len(word)) for said in (clause, less)):
                return True
    return False


def _words(body: str, choice: Answer | Command, rest: str, hearing: Hearing) -> str:
    """What belongs to the choice: all after its own words, or the lines below the first."""
    if not choice.takes:
        return rest.strip()
    lowered, words = plain(body), heard.compared(choice.words)
    before = heard.before_words(lowered, hearing)
    said = lowered[before:]
    own = (word for word in words if said.startswith(word) and not inside_word(said, len(word)))
    length = len(max(own, key=len, default="")) or likeness.begun_alike(said.partition("\n")[0], words, hearing)
    if not length:
        return rest.strip()
    return body[heard.cut(body, before + length) :].lstrip(" ,:–—-\n").strip()
