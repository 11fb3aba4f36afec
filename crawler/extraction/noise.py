"""What stands between an article's paragraphs and is not its text: teasers, invitations, bylines, notes about the author."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from crawler.extraction import dates, normalise
from crawler.extraction.notices import is_notice
from crawler.extraction.segments import Segment

_LINE = re.compile(
    r"^(?:advertisement|advertising|anzeige|werbung|publicité|publicidad|pubblicità|advertentie|reklama|reklame|annons|"
    r"read more|read also|see also|also read|related(?: articles?| stories| posts?| content| topics| news)?|"
    r"recommended(?: reading| stories| for you| videos?)?|you (?:may|might) (?:also )?like(?: these posts)?|"
    r"share(?: this.{0,30})?|follow us.{0,60}|comments?|\d+ comments?|no comments.{0,20}|post a comment|"
    r"leave a (?:comment|reply).{0,30}|(?:be the first to|add a|view|join the|show) comment.{0,30}|weiterlesen|"
    r"mehr zum thema|mehr lesen|lesen sie auch|continue reading.{0,80}|(?:story|article) continues.{0,60}|"
    r"skip to.{0,40}|"
    r"click here.{0,60}|tags?:.*|labels?:.*|filed under.*|posted (?:by|in) .{2,60}|(?:image|photo|photograph|"
    r"picture)(?: credit| source)?s?\s*:.*|source: getty.*|getty images(?:\s*[/|].{0,60})?|\(?(?:ap|afp|reuters) photo.{0,60}|"
    r"originally published (?:as|at|on).*|this (?:article|story|post) (?:was )?(?:originally|first) (?:appeared|"
    r"published).*|©.{0,100}|copyright\W*(?:©|\(c\)|by\b|\d{4}).{0,100}|all rights reserved.{0,40}|back to (?:top|home)|table of contents|"
    r"(?:watch|listen)(?: now| below| here)?|loading.{0,10}|print|email|save|subscribe(?: now| today)?|sign up(?: now|"
    r" today)?|log in|sign in|newsletter|top stories|most (?:read|popular)|trending(?: now)?|"
    r"more (?:from|on|in|stories|news|like this)\b.{0,60}|\d+\s*(?:min(?:ute)?s?)(?: read)?|(?:reading time|"
    r"lesezeit).{0,20}|\d+\s*min\w*\.?\s*(?:lesezeit|de lectur[ae]|de leitura|di lettura|leestijd|lästid|lesetid|læsetid|czytania|чтения)|"
    r"(?:auch|ebenfalls) interessant|das könnte (?:dich|sie|ihnen|euch).{0,40}|weitere (?:artikel|themen|meldungen)(?: zum thema)?|"
    r"(?:à )?(?:lire|voir) aussi|sur le même (?:sujet|thème)|te puede interesar|(?:lee|lea|ver) también|noticias relacionadas|"
    r"(?:leia|veja) (?:também|mais)|notícias relacionadas|leggi anche|potrebbe interessarti.{0,20}|lees (?:ook|meer)|les også|læs også|"
    r"läs (?:också|mer|även)|czytaj (?:też|także|również|więcej)|zobacz (?:też|także)|čtěte také|читайте (?:также|ещё|еще)|"
    r"διαβάστε (?:επίσης|ακόμα)|baca juga|ilgili haberler|xem thêm|đọc thêm|関連記事|あわせて読みたい|"
    r"相关(?:新闻|阅读|文章)|推荐阅读|관련 ?기사|(?:اقرأ|إقرأ) (?:أيضا|أيضاً|المزيد)|(?:यह|इसे) भी पढ़ें|"
    r"last updated.{0,40}|updated:? .{4,40}|follow|buy now|shop now|learn more|get started)\W*$",
    re.I,
)
_POINTER = re.compile(
    r"^[\W_]*(?:more|related|read(?: more| next| also| the full story)?|see(?: also| more)?|also(?: read)?|watch|listen|"
    r"don.t miss|must read|recommended|editor.s picks?|up next|next|previous|"
    r"lesen sie(?: auch| hier)?|lies auch|mehr(?: zum thema| dazu)?|siehe auch|passend dazu|hintergrund|lire(?: aussi)?|"
    r"à lire(?: aussi)?|voir aussi|lea(?: también| además)?|te puede interesar|leia(?: também| mais)?|"
    r"veja (?:também|mais)|leggi(?: anche)?|lees(?: ook| meer)?|les også|läs (?:också|mer|även)|læs også|czytaj (?:też|"
    r"także|więcej)|zobacz (?:też|także)|čtěte také|читайте (?:также|ещё|еще)|"
    r"διαβάστε (?:επίσης|ακόμα)|baca juga|xem thêm|đọc thêm|関連記事|相关(?:新闻|阅读)|관련 ?기사|"
    r"(?:اقرأ|إقرأ) (?:أيضا|أيضاً)|(?:यह|इसे) भी पढ़ें)\s*[:：»>|–—-]",
    re.I,
)
_INVITATION = re.compile(
    r"\b(?:sign(?:ing)? up|subscribe|register|newsletters?|abonnieren|abonnez-vous|suscr[ií]b\w+|inscr[ií]\w+|iscriv\w+|"
    r"follow us|join us|download (?:the|our) app|whatsapp|our app|get the latest|get our|"
    r"donate|support (?:our|us)|become a member|special offer|promo code|affiliate (?:commission|links?)|"
    r"earn a commission|email address|inbox)\b",
    re.I,
)
_BYLINE = re.compile(r"^(?:by|von|par|por|di|door|av|af|text:|words by|story by|written by|reported by)\s+\S.{2,80}$", re.I)
_BIO = re.compile(
    r"\b(?:is an?|is the|writes|covers|reports|reporter|editor|journalist|columnist|ist|schreibt|author of|contributor|"
    r"reach (?:him|her|them)|contact|follow (?:him|her|them)|twitter|@)\b",
    re.I,
)


_CLOSING = re.compile(
    r"contribut(?:ed|ing) (?:to this|reporting)|^[—–-]*\s*(?:with |additional )?reporting by|^additional reporting|"
    r"\b(?:edited|condensed) for (?:length|clarity|brevity|style)|edited and condensed|"
    r"(?:article|story|piece|post|column|essay)\b.{0,40}\b(?:originally|first) (?:appeared|published|ran)|"
    r"^read the (?:original|full) (?:article|story)|^cross-?posted|^materials provided by|^republished (?:with|from)|"
    r"^[\[(](?:images?|photos?|pictures?|foto|bild|cover|video)\b|"
    r"^(?:photos?|images?|foto|fotos|bild|source|sources|quelle|quellen|fuente|fonte|crédits?|credits?)\b.{0,80}$|"
    r"\b(?:story|news) tips?\b|^aus dem \w+ von |^translated (?:from|by)|^traduit|^traducción|"
    r"^(?:first|originally) (?:published|appeared) |\bzuerst (?:bei|auf|in|im) .{2,40}(?:erschienen|veröffentlicht)|"
    r"^(?:übersetzung|redaktion|schlussredaktion|mitarbeit|translation|traducción|traduction|traduzione|tradução)\s*:|"
    r"^(?:©|\(c\)\s|copyright\b)|\ball rights reserved\b|"
    r"^(?:cite this|journal reference|more information:|doi:)",
    re.I,
)
"""What is said of an article behind its end: who helped, where it stood first, whose the pictures are."""
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
"""Scripts in which a name is two to four letters long, and a sentence not much longer than a byline elsewhere."""
_DAY = re.compile(r"^\d[^.]*\.\s?[^\W\d]\S*\s\d+\.$")
"""A day that ends in a dot, as in Hungarian and Croatian."""
_ADDRESS = re.compile(r"\S@\S+\.\w")
_STOPS = (".", "!", "?", "…", "。", "！", "？", "．", ":", "：", "؟", "۔", "।", "։", "።", ";")


def is_noise(one: Segment) -> bool:
    """Whether a segment is, by its own words and links, not text of an article."""
    if one.kind == "image":
        return False
    text = one.text
    if len(text) < 120 and _LINE.match(text):
        return True
    if is_notice(text):
        return True
    if one.kind == "heading":
        return len(text) < 60 and bool(_POINTER.match(text + ":")) and one.link_share > 0.8
    if one.link_share > 0.4 and len(text) < 250 and _POINTER.match(text):
        return True
    if one.kind == "list" and len(one.letters) > 20 and (one.link_share > 0.9 or (one.link_share > 0.7 and _stays(one))):
        return True
    if one.kind == "list" and one.items and 2 * sum(map(invites, one.items)) > len(one.items):
        return sum(1 for _ in one.element.iter("a")) >= len(one.items)
    if one.kind == "paragraph" and one.link_share > 0.9 and 15 < len(text) < 400:
        return True
    return one.kind == "paragraph" and len(text) < 260 and one.link_share > 0.05 and invites(text)


def invites(text: str) -> bool:
    """Whether `text` calls its readers to subscribe, follow, give or the like."""
    return _INVITATION.search(text) is not None


def _stays(one: Segment) -> bool:
    """Whether all links of a segment lead to the site's own pages, as they write them: without a host."""
    links = [one.get("href") or "" for one in one.element.iter("a")]
    return bool(links) and all(link[:1] in ("/", ".", "?") and not link.startswith("//") for link in links)


def without_teasers(chosen: list[Segment]) -> list[Segment]:
    """`chosen` without headings that lead to other pages, and the lines that stand with them in a box of their own.

    Where most headings of a level are links, there are three at least, and each has a text under it, they head the parts of a list of
    things and stay.
    """
    linked = [one for one in chosen if one.kind == "heading" and one.link_share > 0.9 and _leads_away(one)]
    if not linked:
        return chosen
    crowded = {one.level for one, two in pairwise(one for one in chosen if one.kind != "image") if _both(one, two, linked)}
    of_level = Counter(one.level for one in chosen if one.kind == "heading")
    teasing = Counter(one.level for one in linked)
    dropped = {
        one.position
        for one in linked
        if one.level in crowded or teasing[one.level] < max(3, 0.5 * of_level[one.level]) or one.element.getparent().tag == "a"
    }
    kept: list[Segment] = []
    for place, one in enumerate(chosen):
        before = chosen[place - 1] if place else None
        if before is not None and before.position in dropped and one.kind == "paragraph" and _shares_box(before, one, chosen, place):
            continue
        if one.position not in dropped:
            kept.append(one)
    return kept


def _both(one: Segment, following: Segment, linked: list[Segment]) -> bool:
    """Whether two neighbours are headings of one level that lead to other pages."""
    return one.level == following.level and one in linked and following in linked


def _leads_away(one: Segment) -> bool:
    links = [*one.element.iter("a"), *one.element.iterancestors("a")]
    return any((link.get("href") or "#").strip()[:1] != "#" for link in links)


def _shares_box(heading: Segment, line: Segment, chosen: list[Segment], place: int) -> bool:
    """Whether an element holds `heading` and `line`, the one at `place`, and nothing else of what was chosen."""
    inside = set(line.element.iterancestors())
    box = next((one for one in heading.element.iterancestors() if one in inside), None)
    if box is None:
        return False
    others = [*chosen[max(0, place - 2) : place - 1], *chosen[place + 1 : place + 2]]
    return not any(box is other.element or box in other.element.iterancestors() for other in others)


def without_edges(chosen: list[Segment], authors: list[str]) -> list[Segment]:
    """`chosen` without bylines and dates before the text, notes about the authors after it, and headings that head nothing."""
    names = [normalise.letters(name) for name in authors if len(name) > 4 or (len(name) > 1 and _UNSPACED.search(name))]
    start = next((place for place, one in enumerate(chosen) if one.kind != "image" and _is_long(one.text)), 0)
    kept = [one for place, one in enumerate(chosen) if place >= start or not _is_byline(one, names)]
    stops = sum(ends_sentence(one.text) for one in kept if one.kind == "paragraph") > 0.5 * sum(one.kind == "paragraph" for one in kept)
    kept = _without_notes(kept, names)
    while kept and (kept[-1].kind == "heading" or (len(kept) > 3 and (_is_bio(kept[-1], names) or _is_closing(kept[-1], stops)))):
        kept.pop()
    return kept


_ABOUT = re.compile(
    r"^(?:about the (?:authors?|writer)|über (?:den|die) autor(?:in|en|innen)?|à propos de l[’']aut(?:eur|rice)|"
    r"sobre (?:el|la|o|a) autora?|(?:sull[’']|l[’'])autor(?:e|rice)|over de auteur|om (?:forfatteren|författaren)|об авторе|"
    r"o aut(?:orze|orovi)|yazar hakkında|关于作者|關於作者|作者简介|作者簡介|著者紹介|筆者紹介)\W*$",
    re.I,
)
"""Headings of a note about the author."""
_NOTES = 4
"""Segments of the note that may follow its first."""


def _without_notes(kept: list[Segment], names: list[str]) -> list[Segment]:
    """`kept` up to the heading of the last note about the author, or a first paragraph of it that names him, where little follows."""
    for place in range(max(3, len(kept) - 1 - _NOTES), len(kept)):
        one, rest = kept[place], kept[place + 1 :]
        begins = _ABOUT.match(one.text) if one.kind == "heading" else _is_bio(one, names)
        if begins and all(_goes_on(other, names) for other in rest):
            return kept[:place]
    return kept


def _goes_on(one: Segment, names: list[str]) -> bool:
    """Whether a note about the author may go on with a segment: a picture, a paragraph, the name as a heading."""
    return one.kind == "image" or (one.kind == "paragraph" and len(one.text) < 2 * _LONGEST_BIO) or one.letters in names


def _is_long(text: str) -> bool:
    """Whether `text` is longer than a line about the article: the text has begun."""
    return len(text) > (40 if _UNSPACED.search(text) else 120)


def ends_sentence(text: str) -> bool:
    """Whether `text` ends as a sentence does."""
    return text.rstrip("\"'”’»«“‘)]」』› ").endswith(_STOPS)


def _is_closing(one: Segment, stops: bool) -> bool:
    """Whether the last segment is a note about the article. `stops`: its paragraphs end as sentences do, so that a short line is none."""
    if one.kind != "paragraph" or len(one.text) > 300:
        return False
    if _CLOSING.search(one.text) or (_ADDRESS.search(one.text) and len(one.text) < 200):
        return True
    return stops and len(one.letters) <= 60 and (not ends_sentence(one.text) or one.text.endswith((":", "：")))


def _is_byline(one: Segment, names: list[str]) -> bool:
    if one.kind not in ("paragraph", "list", "heading") or len(one.text) > 120:
        return False
    bare = one.letters.removeprefix("by").removeprefix("von")
    if any(bare == name or (name in bare and len(bare) < len(name) + (8 if _UNSPACED.search(name) else 25)) for name in names):
        return True
    if one.kind == "heading":
        return False
    return bool(_BYLINE.match(one.text) and len(one.text) < 60 and one.text[-1] not in ".!?") or (
        len(one.text) < 70 and dates.read(one.text) is not None and (not one.text.endswith(".") or _DAY.match(one.text) is not None)
    )


_LONGEST_BIO = 450


def _is_bio(one: Segment, names: list[str]) -> bool:
    return (
        one.kind == "paragraph"
        and len(one.text) < _LONGEST_BIO
        and any(one.letters.startswith(name) for name in names)
        and bool(_BIO.search(one.text))
    )
