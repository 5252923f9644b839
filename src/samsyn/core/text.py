"""Text as people write it: cleaned on the way in, and keys for searching and sorting it in Swedish."""

import re
import unicodedata

# Line breaks and tabs are text; other control characters are not, halves of characters cannot be stored, and
# bidirectional overrides can make a sentence read as another than it is.
_REFUSED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_SORT = str.maketrans({"å": "~1", "ä": "~2", "ö": "~3"})


def has_refused_characters(text: str) -> bool:
    """Tell whether a text holds characters that are not text: control characters, direction overrides."""
    return _REFUSED.search(text) is not None


def clean(text: str) -> str:
    """Return a text in NFC, with line ends as Unix has them, ready to be stored as typed."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def search_key(*texts: str) -> str:
    """
    Return the casefolded text that searches look in.

    SQLite knows upper and lower case only in ASCII: without this "MÖRKT" would not find "mörkt".

    >>> search_key("Mörkt vid ÅN", "GC-väg")
    'mörkt vid ån gc-väg'
    """
    return " ".join(clean(text).casefold() for text in texts if text)


def sort_key(text: str) -> str:
    """
    Return a key that sorts as Swedish does: å, ä and ö after z.

    >>> sorted(["Ängelholm", "Zinken", "Åmål", "Öresund", "Alingsås"], key=sort_key)
    ['Alingsås', 'Zinken', 'Åmål', 'Ängelholm', 'Öresund']
    """
    return clean(text).casefold().translate(_SORT)
