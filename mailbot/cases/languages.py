"""In which language a customer is written to: recognised from their own words, and held with the case.

Decides the fact `language` of a case; never the language of a letter, which is one that the desk writes. Unsure is no
fact: what was known before holds, and without anything known the default language does.
"""

from __future__ import annotations

LANGUAGE = "language"  # the fact: en, fr, …; `other` for one that no letters are shipped in
