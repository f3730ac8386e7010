"""Decides which lines inside a quote without marks are the sender's answers: "Please see my answers below", and then
"[Jane] On Saturday." under each question, as people answer in Outlook.

Must never take the words of the quoted mail for answers: the sender has to announce them above the quote, and to put
the same sign before each. Answers told apart by colour alone are not seen here. There is no RFC for these signs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from mailbot.mail import footers, marks

_ABOVE_MAX = 1_000  # characters above the quote among which the announcement stands
_TWICE = 2
_ANNOUNCED = re.compile(
    r"\b(?:answers?|comments?|repl(?:y|ies)|responses?|notes?|see)\b.{0,60}\b(?:below|in ?line|inside|within|underneath"
    r"|in (?:red|blue|green|capitals|caps|bold|brackets|the text|your (?:mail|e-?mail|text|letter)))\b"
    r"|\b(?:antwort(?:en)?|kommentare?|anmerkung(?:en)?|siehe|s\.)\b.{0,60}\b(?:unten|im text|in der mail"
    r"|in (?:rot|blau|grün|klammern)|darunter|dazwischen|inline)\b"
    r"|\b(?:réponses?|commentaires?|voir)\b.{0,60}(?:ci-dessous|dans le (?:texte|corps|mail)"
    r"|en (?:rouge|bleu|vert|gras))"
    r"|\b(?:respuestas?|comentarios?|ver)\b.{0,60}\b(?:abajo|debajo|en (?:rojo|azul|verde|mayúsculas)"
    r"|en el (?:texto|correo))\b"
    r"|\b(?:rispost[ae]|commenti|vedi)\b.{0,60}\b(?:sotto|di seguito|nel testo|in (?:rosso|blu|verde|maiuscolo))\b"
    r"|\b(?:respostas?|comentários?|ver)\b.{0,60}\b(?:abaixo|no (?:texto|corpo)|em (?:vermelho|azul|verde))\b"
    r"|(?:回复|回答|答复|答案|意见).{0,12}(?:如下|下面|下方|见下|标红|红色|红字|括号)",
    re.IGNORECASE,
)
_SIGN = re.compile(
    r"^\s{0,8}(?P<sign>\[[^\W\d_][\w .'-]{0,24}\]:?|(?-i:[A-Z]{2,3}) ?[:>]|={1,3}>|-{1,3}>|\*{2,3}(?= )"
    r"|(?:my )?(?:answer|ans|reply|response|antwort|réponse|rép|respuesta|risposta|resposta|antwoord"
    r"|答|回复|回答|答复) ?[:：])"
    r"\s?\S",
    re.IGNORECASE,
)


def answers_inside(lines: Sequence[str], above: str, quoted: Sequence[int]) -> list[int]:
    """Of these quoted lines the ones that answer, by the words above the quote and the sign before them."""
    if not _ANNOUNCED.search(" ".join(above[-_ABOVE_MAX:].split())):
        return []
    signs = {number: _sign(lines[number]) for number in quoted}
    common = Counter(filter(None, signs.values()))
    return [number for number, sign in signs.items() if common[sign] >= _TWICE]


def _sign(line: str) -> str:
    """The sign before an answer; '' where none stands, or a field of a header or a picture."""
    found = _SIGN.match(line)
    if not found or footers.PLACEHOLDER.match(line.strip()):
        return ""
    word = found["sign"].rstrip(":：> ")
    prefixed = word.isupper() and marks.folded(word) in marks.REPLY_PREFIXES | marks.FORWARD_PREFIXES
    if prefixed or marks.label(word):
        return ""
    return found["sign"].strip().casefold()
