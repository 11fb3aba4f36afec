"""What stands between an article's paragraphs and is not its text: teasers, invitations, bylines, notes about the author."""

from __future__ import annotations

import re

from crawler.extraction import dates, normalise
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
    r"picture)(?: credit| source)?s?\s*:.*|source: getty.*|getty images|\(?(?:ap|afp|reuters) photo.{0,60}|"
    r"originally published (?:as|at|on).*|this (?:article|story|post) (?:was )?(?:originally|first) (?:appeared|"
    r"published).*|©.{0,100}|copyright .{0,100}|all rights reserved.{0,40}|back to (?:top|home)|table of contents|"
    r"(?:watch|listen)(?: now| below| here)?|loading.{0,10}|print|email|save|subscribe(?: now| today)?|sign up(?: now|"
    r" today)?|log in|sign in|newsletter|top stories|most (?:read|popular)|trending(?: now)?|"
    r"more (?:from|on|in|stories|news|like this)\b.{0,60}|\d+\s*(?:min(?:ute)?s?)(?: read)?|(?:reading time|"
    r"lesezeit).{0,20}|last updated.{0,40}|updated:? .{4,40}|follow|buy now|shop now|learn more|get started)\W*$",
    re.I,
)
_POINTER = re.compile(
    r"^[\W_]*(?:more|related|read(?: more| next| also| the full story)?|see(?: also| more)?|also(?: read)?|watch|listen|"
    r"don.t miss|must read|recommended|editor.s picks?|up next|next|previous|"
    r"lesen sie(?: auch| hier)?|lies auch|mehr(?: zum thema| dazu)?|siehe auch|passend dazu|hintergrund|lire(?: aussi)?|"
    r"à lire(?: aussi)?|voir aussi|lea(?: también| además)?|te puede interesar|leia(?: também| mais)?|"
    r"veja (?:também|mais)|leggi(?: anche)?|lees(?: ook| meer)?|les også|läs (?:också|mer|även)|læs også|czytaj (?:też|"
    r"także|więcej)|zobacz (?:też|także)|čtěte také|читайте (?:также|ещё|еще)|関連記事)\s*[:：»>|–—-]",
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


def is_noise(one: Segment) -> bool:
    """Whether a segment is, by its own words and links, not text of an article."""
    if one.kind == "image":
        return False
    text = one.text
    if len(text) < 120 and _LINE.match(text):
        return True
    if one.kind == "heading":
        return len(text) < 60 and bool(_POINTER.match(text + ":")) and one.link_share > 0.8
    if one.link_share > 0.4 and len(text) < 250 and _POINTER.match(text):
        return True
    if one.kind == "list" and one.link_share > 0.9 and len(one.letters) > 20:
        return True
    if one.kind == "paragraph" and one.link_share > 0.95 and 15 < len(text) < 250:
        return True
    return one.kind == "paragraph" and len(text) < 260 and one.link_share > 0.05 and len(_INVITATION.findall(text)) >= 1


def without_edges(chosen: list[Segment], authors: list[str]) -> list[Segment]:
    """`chosen` without bylines and dates before the text, notes about the authors after it, and headings that head nothing."""
    names = [normalise.letters(name) for name in authors if len(name) > 4]
    start = next((place for place, one in enumerate(chosen) if one.kind != "image" and len(one.text) > 120), 0)
    kept = [one for place, one in enumerate(chosen) if place >= start or not _is_byline(one, names)]
    while kept and (kept[-1].kind == "heading" or (_is_bio(kept[-1], names) and len(kept) > 3)):
        kept.pop()
    return kept


def _is_byline(one: Segment, names: list[str]) -> bool:
    if one.kind not in ("paragraph", "list", "heading") or len(one.text) > 120:
        return False
    bare = one.letters.removeprefix("by").removeprefix("von")
    if any(bare == name or (name in bare and len(bare) < len(name) + 25) for name in names):
        return True
    if one.kind == "heading":
        return False
    return bool(_BYLINE.match(one.text) and len(one.text) < 60 and one.text[-1] not in ".!?") or (
        len(one.text) < 70 and dates.read(one.text) is not None and not one.text.endswith(".")
    )


def _is_bio(one: Segment, names: list[str]) -> bool:
    return (
        one.kind == "paragraph"
        and len(one.text) < 450
        and any(one.letters.startswith(name) for name in names)
        and bool(_BIO.search(one.text))
    )
