"""Text as the archive keeps it: NFC, no control characters, white space folded, decoration off.

Every function takes and returns `str` and is safe on any input, lone surrogates included.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from crawler.formats.article import spaced

# Invisible marks that carry no text: zero width space, word joiner, byte order mark, soft hyphen, and the
# explicit bidi overrides. Joiners (U+200C, U+200D) and the plain direction marks stay: Persian, the Indic scripts and emoji need them.
_INVISIBLE = "\u200b\u2060\ufeff\u00ad\u202d\u202e\ufffe\uffff"
_DROPPED = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff{_INVISIBLE}]")
_LINE_SPACE = re.compile(r"[^\S\n]+")

_ORNAMENT = r"[/\\|*~=_#+•·●■▪◆★☆►▶»«›‹<>\-–—]"
_WRAPPED = re.compile(rf"^\s*({_ORNAMENT}){{2,}}\s*(?=\w|[^\w\s])(.*?)\s*({_ORNAMENT}){{2,}}\s*$", re.S)
_LEADING = re.compile(r"^(?:[/\\|*~=_#•·●■▪◆★☆►▶»«›]{2,}|[|•·●■▪◆►▶»›]\s)\s*")
_TRAILING = re.compile(r"\s*(?:[/\\|*~=_#•·●■▪◆★☆►▶»«›]{2,}|\s[/\\|•·●■▪◆►▶»›])\s*$")
_LEADERS = re.compile(r"\s*(?:(?:\.\s?){4,}|…(?:\s?[….])+|(?:[·•‧∙]\s?){3,}|_{3,}|-{4,}|={3,}|~{3,})\s*$")
_SECTION_END = re.compile(r"[\s/\\|»›>:•·]+$")
_SECTION_START = re.compile(r"^[\s/\\|»›>•·#]+")
_SEPARATOR = re.compile(r"(\s+[-–—|·•:»«/~]+\s+|\s*[|»«]\s*|\s+::\s+|\s*—\s*|:\s+)")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese letters."""
_WORD = re.compile(r"[^\W_]+")
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())


def line(text: str | None) -> str:
    """`text` on one line: NFC, without control or invisible characters, each run of white space one space."""
    return spaced(_clean(text)) if text else ""


def lines(text: str | None) -> str:
    """Like `line`, but line breaks stay: one where there was at least one."""
    folded = _LINE_SPACE.sub(" ", _clean((text or "").replace("\r\n", "\n").replace("\r", "\n")))
    return "\n".join(part for part in (piece.strip() for piece in folded.split("\n")) if part)


def code(text: str | None) -> str:
    """Preformatted text: indentation and line breaks stay, trailing white space goes."""
    kept = _clean((text or "").replace("\r\n", "\n").replace("\r", "\n").replace("\t", "\x1d")).replace("\x1d", "\t")
    return "\n".join(piece.rstrip() for piece in kept.split("\n")).strip("\n")


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = _DROPPED.sub("", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def fold(text: str | None) -> str:
    """What two texts have in common when they say the same: lower-cased words (NFKC), joined by one space."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text or "").casefold().replace("’", "").replace("'", "")))


def words(text: str | None) -> set[str]:
    """The words of `text`, folded; of scripts that put no space between words, each two neighbouring characters."""
    found: set[str] = set()
    for word in fold(text).split():
        if word.isascii() or not _UNSPACED.search(word):
            found.add(word)
        else:
            found.update(word[place : place + 2] for place in range(max(1, len(word) - 1)))
    return found


def letters(text: str | None) -> str:
    """All letters and digits of `text` in a row, case folded: for finding one text inside another whatever the spacing."""
    if not text:
        return ""
    if text.isascii():
        return text.lower().encode().translate(None, _NO_LETTERS).decode()
    return "".join(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))


def undecorated(text: str) -> str:
    """`text` without the ornament that a blog puts round its headlines: `//Headline//`, `** Headline **`, `Headline.......`."""
    found = _WRAPPED.match(text)
    if found and found[2]:
        text = found[2]
    text = without_leaders(text)
    stripped = _TRAILING.sub("", _LEADING.sub("", text)).strip()
    return stripped or text


def without_leaders(text: str) -> str:
    """`text` without the run of dots (four at least, or the like) that leads from a sub-heading into the void."""
    stripped = _LEADERS.sub("", text).strip()
    return stripped or text


def has_leaders(text: str) -> bool:
    """Whether `text` ends in dot leaders."""
    return bool(_LEADERS.search(text)) and bool(_WORD.search(_LEADERS.sub("", text)))


def section_label(text: str) -> str:
    """A section as it is spoken: `Politics /` and `» Politics` are `Politics`."""
    return _SECTION_START.sub("", _SECTION_END.sub("", undecorated(line(text)))).strip()


def without_site_name(title: str, names: Iterable[str]) -> str:
    """`title` without a leading or trailing part (behind ` - `, `|`, `»`, `: ` …) that is one of the site's `names`.

    Names are compared folded, and without spaces, so that `The Daily Example` equals `thedailyexample`.
    """
    known = {letters(name) for name in names} - {""}
    known |= {key.removeprefix("the") for key in known if len(key) > 6}
    parts = _SEPARATOR.split(title)
    while len(parts) > 2:
        last = letters(parts[-1])
        if last.removeprefix("the") in known or _names_domain(parts[-1], known) or (_is_bar(parts[-2]) and _holds_name(last, known)):
            parts = parts[:-2]
        elif letters(parts[0]).removeprefix("the") in known and len(parts[0]) < 60:
            parts = parts[2:]
        else:
            break
    begun, _, rest = "".join(parts).strip().partition(" ")
    return (rest if rest and _names_domain(begun, known) else f"{begun} {rest}".strip()) or title


def _is_bar(separator: str) -> bool:
    return separator.strip() in ("|", "»", "«", "::")


def _holds_name(key: str, known: set[str]) -> bool:
    """Whether a known name is most of `key`: `Example Tyres Ltd` behind a bar is the site of example-tyres."""
    return any(len(name) >= 5 and name in key and len(key) < 2 * len(name) for name in known)


def _names_domain(part: str, known: set[str]) -> bool:
    """Whether `part` is a domain name such as `Example.com` of a known name."""
    host = part.strip().casefold()
    return " " not in host and "." in host and letters(host.rsplit(".", 1)[0].removeprefix("www.")) in known
