"""Decides which charset bytes are in that came without a label, or with one that cannot be true.

Goes by what is valid and by how often the commonest characters of a language come; where nothing speaks clearly it
gives none, and the caller takes Western European. Linear; looks at no more than SAMPLE bytes.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

SAMPLE = 4_000
LEAST = 0.16  # of the characters: the commonest of a language make up a quarter to three quarters of any text
LEAST_SHORT = 0.3  # in a subject line
SHORT = 12  # characters
LEAST_HIGH = 4  # bytes above ASCII

_HANZI = (
    "的一是不了在有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小"
    "么心多天而能好都然没日于起还"
    "发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把"
    "法此实回二理美点月明其种"
    "声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听"
    "世气信北少关并内加化由却代军"
    "产入先山五太水万市衣服裙洗坏店件请您谢谢照片毛大衬衫破损赔偿投诉订单昨取客价钱元"
)
_HANZI_OLD = (
    "的一是不了在有我他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小"
    "麼心多天而能好都然沒日於起還"
    "發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些與高意進把"
    "法此實回二理點月明其種聲全"
    "話兒者向情部正名定女問力機給等幾很業最間新什打便位因重被走電第門相次東氣信少關並內加由卻代產入先太水"
    "萬市衣服裙洗壞店件請您謝照片"
    "破損賠償投訴訂單昨取客價錢元襯衫"
)
_HANGUL = (
    "이다는을에의가를은고하지도한로기사어서나리자그아시해대것게있라일인들스수정만니과장보여와주부전으제상"
    "구요우무조면마습안합세까했었게요"
)
_KANA = (
    "のにはをたがでてとしれさあるいまもなかよらりすっんくだけこうそせみきンスルトアイッリラクドシレ服店様願致申上破汚件"
)
_CYRILLIC = "оеаинтсрвлкмдпуя"
_GREEK = "αοιετσνηυρπκμλςάόίέήύώ"
_HEBREW = "יוהלאתרמבשנםע"
_ARABIC = "المنيوهترسعدبة"
_THAI = "านรกอเงมยลวดทสต่้"

# codec -> (its commonest characters, the characters it is made for)
_CANDIDATES: Mapping[str, tuple[frozenset[str], re.Pattern[str]]] = {
    "gb18030": (frozenset(_HANZI), re.compile("[\u4e00-\u9fff]")),
    "big5hkscs": (frozenset(_HANZI_OLD), re.compile("[\u4e00-\u9fff]")),
    "cp949": (frozenset(_HANGUL), re.compile("[\uac00-\ud7a3]")),
    "cp932": (frozenset(_KANA), re.compile("[\u3041-\u30ff\u4e00-\u9fff]")),
    "euc_jp": (frozenset(_KANA), re.compile("[\u3041-\u30ff\u4e00-\u9fff]")),
    "cp1251": (frozenset(_CYRILLIC), re.compile("[\u0400-\u04ff]")),
    "koi8_u": (frozenset(_CYRILLIC), re.compile("[\u0400-\u04ff]")),
    "cp866": (frozenset(_CYRILLIC), re.compile("[\u0400-\u04ff]")),
    "iso8859_5": (frozenset(_CYRILLIC), re.compile("[\u0400-\u04ff]")),
    "cp1253": (frozenset(_GREEK), re.compile("[\u0370-\u03ff]")),
    "cp1255": (frozenset(_HEBREW), re.compile("[\u05d0-\u05ea]")),
    "cp1256": (frozenset(_ARABIC), re.compile("[\u0600-\u06ff]")),
    "cp874": (frozenset(_THAI), re.compile("[\u0e00-\u0e7f]")),
}
_SINGLE = frozenset({"cp1251", "koi8_u", "cp866", "iso8859_5", "cp1253", "cp1255", "cp1256", "cp874"})
_HIGH = bytes(range(128, 256))
_CLOSE = re.compile(rb"[\x80-\xff][\x00-\x7f]?(?=[\x80-\xff])")
_MIXED = re.compile("[\u00a0-\u024f\u2500-\u25ff\ue000-\uf8ff]")


def charset(data: bytes) -> str:
    """The codec these bytes are most likely in; '' where nothing speaks clearly."""
    sample = data[:SAMPLE]
    if not _may_be_foreign(sample):
        return ""
    scores = {name: _score(sample, name) for name in _CANDIDATES}
    best = max(scores, key=lambda name: scores[name])
    others = [score for name, score in scores.items() if name != best]
    if scores[best] <= 0 or max(others) > scores[best] * 0.92:
        return ""
    return best


def _may_be_foreign(sample: bytes) -> bool:
    """Whether high bytes come close together, as in words that hold little else; in Western text they stand alone."""
    high = len(sample) - len(sample.translate(None, _HIGH))
    return high >= LEAST_HIGH and len(_CLOSE.findall(sample)) * 2 >= high


def _score(sample: bytes, name: str) -> float:
    """The share of a language's commonest characters among all that are not ASCII; 0 where it cannot be it."""
    try:
        text = codecs.getincrementaldecoder(name)().decode(sample)  # the last character may be cut
    except UnicodeDecodeError:
        return 0.0
    common, made_for = _CANDIDATES[name]
    said = [each for each in text if each > "\x7f"]
    own = made_for.findall(text)
    if not own or len(own) * 10 < len(said) * 6 or len(_MIXED.findall(text)) * 5 > len(said):
        return 0.0
    share = sum(1 for each in own if each in common) / len(said)
    if name in _SINGLE:
        # capitals in the middle of words are what another alphabet of one byte looks like
        if len(own) * 10 < len(said) * 9:
            return 0.0
        share *= 1 - min(sum(1 for each in own if each.isupper()) / len(own), 1.0)
        return share if share >= 0.5 and len(own) >= 5 else 0.0
    return share if share >= (LEAST_SHORT if len(own) < SHORT else LEAST) else 0.0
