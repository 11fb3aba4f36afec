"""What a site says to its readers in the midst of an article: that it costs something, that a video needs their consent, that it asks for
a gift. Told by its words, where no class name tells; only by phrases that address readers: articles write about subscriptions too.
"""

from __future__ import annotations

import re

_LONGEST = 320
_NOTICE = re.compile(
    # for members only, and how to become one
    r"会員限定|有料会員|無料会員|会員登録|会員の方のみ|付费(?:阅读|内容)|登录后(?:阅读|查看)|회원 ?전용|로그인 (?:후|하시면)|"
    r"(?:this|the) (?:article|story|content|post|piece) is (?:exclusive(?:ly)? (?:to|for)|(?:available )?only (?:to|for)|reserved for|for) "
    r"(?:our |paid |paying |registered |\S{1,20} )?(?:subscribers|members)|"
    r"^(?:please )?(?:subscribe|sign in|log in|login|register|sign up)(?: or (?:subscribe|sign in|log in|register|sign up))?(?: now)? to "
    r"(?:read|continue|unlock|keep|access|view|comment)|"
    r"^to (?:read|continue reading|unlock) (?:the rest of |all of )?(?:this|the) (?:full )?(?:story|article|post|piece)\b|"
    r"^already (?:an? )?(?:subscriber|subscribed|member|registered|have an account)\b|"
    r"kostenlos testen|^jetzt (?:abonnieren|testen|registrieren|anmelden|spenden)|"
    r"(?:dieser|der|diesen|den) (?:artikel|inhalt|beitrag|text) (?:ist|steht|können|lesen) .{0,30}(?:abonnent|abo\b|mitglieder)|"
    r"^(?:sie sind )?(?:bereits|schon) (?:abonnent|registriert|mitglied|kunde)|"
    r"(?:article|contenu) (?:est )?réservé (?:aux|à nos) abonnés|^déjà abonné|^pour lire la suite|"
    r"(?:contenido|artículo|noticia) (?:exclusiv[oa]|sol[oa]) para (?:suscriptores|socios)|^(?:¿|si )?ya eres suscriptor|^inicia sesión|"
    r"tu suscripción se está usando|si quieres compartir tu cuenta|"
    r"(?:contenuto|articolo) (?:è )?(?:riservato|esclusivo) (?:agli|per gli) abbonati|^(?:sei )?già abbonat|"
    r"(?:conteúdo|matéria|reportagem) exclusiv[oa] para assinantes|^já é assinante|"
    r"(?:alleen|exclusief) (?:voor|toegankelijk voor) abonnees|^(?:ben je )?al abonnee|^allerede abonnent|^redan prenumerant|"
    r"(?:материал|статья) доступ(?:ен|на) (?:только )?(?:по подписке|подписчикам)|هذا المحتوى (?:مخصص|حصري) للمشتركين|"
    # consent to what others embed
    r"(?:empfohlener|externer|redaktioneller) (?:redaktioneller |externer )?inhalt|an dieser stelle finden sie .{0,60}inhalt|"
    r"externe[nr]? inhalt.{0,40}(?:angezeigt|anzeigen|laden)|daten an drittplattformen|"
    r"(?:this|the) (?:content|video|embed|post|map) (?:is hosted|is not available|isn.t available|cannot be (?:shown|displayed))|"
    r"(?:accept|enable|allow|manage) (?:\S+ ){0,3}cookies|(?:consent|permission) (?:to|before) (?:load|anything is loaded)|"
    r"(?:enable|activate|turn on) javascript|ce contenu (?:est bloqué|n.est pas disponible)|"
    r"para (?:ver|visualizar) este (?:contenido|vídeo|video)|"
    # thanks and gifts
    r"^(?:wie )?hat ihnen (?:dieser|der) (?:artikel|beitrag|text)|"
    r"^(?:did you (?:like|enjoy|find)|enjoyed|like) this (?:article|story|post)\b|"
    r"unterstützen sie uns|^¿te ha (?:gustado|parecido)|^vous avez aimé cet article|^ti è piaciuto (?:questo|l)",
    re.I,
)

_SIGNS = (
    "subscri", "sign in", "sign up", "log in", "login", "regist", "member", "this story", "this article", "this post", "the rest of",
    "the story", "the article", "the post", "the piece", "this piece", "content", "video", "embed", "cookies", "javascript", "consent",
    "permission", "abonn", "abo ", "testen", "anmelden", "spenden", "kunde", "mitglied", "inhalt", "drittplattform", "hat ihnen",
    "unterstützen", "lire la suite", "cet article", "suscri", "sesión", "socios", "tu cuenta", "gustado", "parecido", "este contenido",
    "este v", "abbonat", "assinante", "prenumerant", "piaciuto", "подпис", "المشترك", "للمشتركين", "会員", "会员", "付费", "登录", "회원",
    "로그인", "this map", "the map", "have an account",
)  # fmt: skip
"""Words of which each notice has one: most texts have none, and that is told in a tenth of the time."""


def is_notice(text: str) -> bool:
    """Whether `text` is such a notice."""
    if len(text) > _LONGEST:
        return False
    lower = text.lower()
    return any(sign in lower for sign in _SIGNS) and _NOTICE.search(text) is not None
