"""Pages that are no articles, told apart by what stands on them.

Three looks, each as early as its evidence allows: at the bytes, at the parsed page, and at the body that was found.
No look refuses on one weak sign: an article may link to many others, speak of cookies, or have a login form in its corner.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import etree

from crawler.discovery.urls import query_pairs
from crawler.discovery.vocabulary import ID_PARAMETERS
from crawler.extraction import Refusal, normalise
from crawler.extraction.page import Element, Page, classes, text_of, title_tag
from crawler.extraction.structured import Statements

_MAGIC = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"RIFF",
    b"\x00\x00\x00\x18ftyp",
    b"\x00\x00\x00 ftyp",
    b"ID3",
    b"OggS",
    b"\x1f\x8b",
    b"wOF2",
    b"\x1aE\xdf\xa3",
)
_TEXT_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "application/xml",
    "text/xml",
    "application/octet-stream",
    "text/x-html",
    "application/html",
)

# Marks in the source of the pages that stand between a robot and a site. Each names its maker.
_CHALLENGES = {
    "/cdn-cgi/challenge-platform/h/": "Cloudflare", "cf-chl-": "Cloudflare", "_cf_chl_opt": "Cloudflare",
    "cf-browser-verification": "Cloudflare", "cf-error-details": "Cloudflare",
    "captcha-delivery.com": "DataDome", "_incapsula_resource": "Imperva", "px-captcha": "PerimeterX", "_pxappid": "PerimeterX",
    "ddos-guard": "DDoS-Guard",
    "awswafcookiedomainlist": "AWS WAF", "awswafintegration": "AWS WAF", "sucuri_cloudproxy": "Sucuri", "errors.edgesuite.net": "Akamai",
    "sec-if-cpt-container": "Akamai",
    "bm-verify": "Akamai", "distil_r_captcha": "Distil", "geo.captcha": "a captcha", "anubis_challenge": "Anubis",
    "/.within.website/x/cmd/anubis": "Anubis", "kpsdk": "Kasada",
    "g-recaptcha": "reCAPTCHA", "h-captcha": "hCaptcha", "cf-turnstile": "Cloudflare", "vercel security checkpoint": "Vercel",
    "stackpath": "StackPath",
}  # fmt: skip
_CHALLENGE_TEXT = re.compile(
    r"just a moment|checking (?:if the site connection is secure|your browser)|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|attention required|access denied|pardon our interruption|"
    r"enable javascript and cookies to continue|are you a robot|unusual (?:traffic|activity)|security check(?:point)?|"
    r"request unsuccessful|bot verification|human verification|"
    r"please enable js and disable any ad blocker|ddos protection|you have been blocked|one more step|"
    r"complete the security check|making sure you(?:'|’)re not a bot",
    re.I,
)
_CONSENT = (
    "cookie", "consent", "privacy settings", "privacy choices", "privacy center", "datenschutz", "zustimm", "einwillig", "consenso",
    "gdpr", "toestemming", "samtyck",
)  # fmt: skip
_CONSENT_ACT = re.compile(
    r"accept|agree|reject|zustimmen|akzeptier|accepter|aceptar|accetta|accepteren|continue without|manage|weiter mit|"
    r"godkänn|continuer sans",
    re.I,
)
_CONSENT_TITLE = re.compile(
    r"^(?:before you (?:continue|proceed)|bevor (?:sie|du|es) |avant de (?:continuer|poursuivre)|antes de continuar|prima di continuare|"
    r"(?:we (?:value|respect|care about) )?your privacy|ihre privatsphäre|votre vie privée|cookie[- ](?:consent|settings|einstellungen))",
    re.I,
)
_MISSING = re.compile(
    r"^(?:error\s*)?40[34](?:\W*$|\W+(?:error|page|not found|forbidden|file))|\b404\b.{0,20}(?:error|not found|page)|"
    r"(?:page|article|content|post|story|seite|artikel|file)\s+(?:was |you requested |could |can |konnte |"
    r"wurde )?(?:not|cannot be|can't be|nicht)\s+(?:be )?(?:found|gefunden)|"
    r"page (?:doesn.t|does not|no longer) exist|no longer available|nothing (?:was )?found|page introuvable|"
    r"página no encontrada|pagina non trovata|página não encontrada|pagina niet gevonden|"
    r"sidan (?:kunde inte hittas|finns inte)|siden (?:ble|blev) ikke funnet|страница не найдена|nie znaleziono strony|"
    r"ページが見つかりません|页面不存在|oops[!.,]? (?:that|we|the|this)|we can.t find (?:that|the) page|sorry, the page|"
    r"seite existiert nicht",
    re.I,
)
_ERROR = re.compile(
    r"^(?:error\s*)?5\d\d\b|internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|"
    r"database error|error establishing a database|under maintenance|down for maintenance|wartungsarbeiten",
    re.I,
)
_LOGIN = re.compile(
    r"^(?:log ?in|sign ?in|login|anmelden|einloggen|connexion|iniciar sesión|accedi|inloggen|register|create (?:an )?account)\b", re.I
)
_STATIC_PATH = re.compile(
    r"^/(?:[a-z]{2}(?:-[a-z]{2})?/)?(?:pages?/|p/|site/)?(?:about|about-?us|contact|contact-?us|kontakt|contacto|"
    r"contatti|impressum|imprint|privacy|privacy-?policy|datenschutz|terms|terms-of-(?:use|service)|tos|"
    r"agb|disclaimer|cookie-?policy|cookies|legal|mentions-legales|advertise|advertising|mediadaten|faq|newsletter|"
    r"subscribe|sitemap|team|masthead|careers|jobs|ueber-uns|uber-uns|"
    r"qui-sommes-nous|quienes-somos|chi-siamo|over-ons|om-oss|write-for-us|login|search)(?:\.html?|\.php|\.aspx)?/?$",
    re.I,
)
_BLOGGER_PAGE = re.compile(r"^/p/[^/]+\.html$")
_LISTING_PATH = re.compile(
    r"^/(?:index\.(?:html?|php)|home|blog|news|archives?|page/\d+|search(?:/.*)?|label/.*|labels?/.*)?/?$|/(?:category|"
    r"tag|tags|author|authors|search/label|kategorie|rubrik|thema|themen)/[^/]+/?(?:page/\d+/?)?$|"
    r"^/(?:19|20)\d{2}(?:/\d{1,2}(?:/\d{1,2})?)?/?$|^/\d{4}_\d{2}_\d{2}_archive\.html$",
    re.I,
)
_WORDPRESS_LISTING = frozenset(
    {
        "blog", "archive", "category", "tag", "author", "search", "date", "paged", "home", "search-results", "post-type-archive",
        "error404",
    }
)  # fmt: skip
_SHELLS = ("root", "app", "__next", "__nuxt", "___gatsby", "svelte", "react-root", "app-root")


def at_bytes(body: bytes, content_type: str, status: int, truncated: str | None) -> Refusal | None:
    """Refusals that need no tree."""
    kind = content_type.split(";", 1)[0].strip().lower()
    start = body[:512].lstrip()
    if status < 400 and ((kind and kind not in _TEXT_TYPES and not kind.endswith("+xml")) or start.startswith(_MAGIC)):
        return Refusal("media-file", f"Content-Type {kind or 'missing'}, {len(body)} bytes")
    if _is_binary(body):
        return Refusal("media-file", f"binary data behind Content-Type {kind or 'missing'}, {len(body)} bytes")
    if start.startswith((b"<?xml", b"<rss", b"<feed")) and re.search(rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b", body[:2048]):
        return Refusal("listing", "a feed or sitemap, not a page")
    if truncated:
        return Refusal("truncated", f"the page was cut off while it was fetched ({truncated})")
    if not body.strip():
        return Refusal("error-page" if status >= 400 else "empty-shell", f"status {status} with an empty body")
    return None


_BINARY = bytes((*range(0x09), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)))
"""Binary data bytes of the MIME Sniffing Standard, section 3."""


def _is_binary(body: bytes) -> bool:
    """Whether more than one byte in fifty of the start is no text's; UTF-16 and UTF-32, which are full of NUL, begin with their mark."""
    start = body[:4096]
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        return False
    return len(start) - len(start.translate(None, _BINARY)) > len(start) / 50


def at_page(said: Statements, status: int) -> Refusal | None:
    """Refusals by what the page says of itself and shows at once."""
    page = said.page
    if status < 400 and _has_article(page) and _is_written(page):
        return by_name(said)  # as all that follows would find, which reads every word of the page
    texts = _texts(page)
    shown, prose = normalise.line(" ".join(texts)), sum(len(text) for text in map(str.strip, texts) if len(text) > 80)
    title = normalise.line(title_tag(page))
    found = _challenge(page, shown, prose, title)
    if found:
        return found
    if status >= 400:
        return Refusal("soft-404" if status in (404, 410) else "error-page", f"status {status}")
    return _wall(page, shown, prose, title) or by_name(said)


def by_name(said: Statements) -> Refusal | None:
    """Refusals of pages about the site and of lists, by their address and by what they and their theme call themselves."""
    return _static(said) or _listing_by_name(said)


def _challenge(page: Page, shown: str, prose: int, title: str) -> Refusal | None:
    if len(shown) > 2_500 or prose > 1_200:
        return None
    words = _CHALLENGE_TEXT.search(title) or (prose < 400 and _CHALLENGE_TEXT.search(shown))
    mark = next((maker for sign, maker in _CHALLENGES.items() if sign in _source(page)), None)
    if words and mark:
        return Refusal("challenge", f"{mark}: “{words[0]}”")
    if words and prose < 250 and not _has_article(page):
        return Refusal("challenge", f"“{words[0]}” and hardly any text")
    if mark and len(shown) < 600 and prose < 250 and not _has_article(page):
        return Refusal("challenge", f"{mark} and hardly any text")
    return None


def _is_written(page: Page) -> bool:
    """Whether paragraphs hold more prose than any wall, form or error has."""
    prose = 0
    for one in page.tagged("p"):
        text = (one.text or "").strip()
        prose += len(text) if len(text) > 80 else 0
        if prose > 2_000:
            return True
    return False


def _has_article(page: Page) -> bool:
    return page.meta("article:published_time") is not None or (page.meta("og:type") or "").lower() == "article"


def _source(page: Page) -> str:
    """Scripts, classes and addresses of the page, lower-cased: where a wall's maker shows."""
    pieces = [text for one in page.tagged("script", "noscript", "style") for text in (one.get("src"), (one.text or "")[:20_000]) if text]
    pieces += [value for one in page.tagged("div", "form", "iframe", "input", "meta", "link", "body", "a") for value in one.values()]
    return "\n".join(pieces).lower()


def _wall(page: Page, shown: str, prose: int, title: str) -> Refusal | None:
    """Consent wall, login, soft 404, error and empty shell: pages with little text of their own."""
    heading = next((normalise.line(text_of(one)) for one in page.tagged("h1")), "")
    if prose < 250 and (_MISSING.search(title) or _MISSING.search(heading)):
        return Refusal("soft-404", f"“{heading or title}” with status 200")
    if len(shown) < 1_500 and prose < 250 and not _has_article(page) and _MISSING.search(shown[:300]):
        return Refusal("soft-404", f"“{shown[:80]}” with status 200")
    if prose < 250 and (_ERROR.search(title) or _ERROR.search(heading)):
        return Refusal("error-page", f"“{heading or title}” with status 200")
    if prose < 250 and (_LOGIN.search(title) or _LOGIN.search(heading)) and page.root.find(".//input") is not None:
        return Refusal("login", f"“{heading or title}” above a form")
    if len(shown) < 1_500 and prose < 250 and page.root.xpath("boolean(//input[@type='password'])") and not _has_article(page):
        return Refusal("login", "a password field and hardly any text")
    host = urlsplit(page.url).hostname or ""
    if not _has_article(page) and _CONSENT_ACT.search(shown):
        start = shown[:6_000].lower()
        consenting = sum(start.count(word) for word in _CONSENT)
        if consenting and prose < 250 and (_CONSENT_TITLE.search(title) or _CONSENT_TITLE.search(heading)):
            return Refusal("consent-wall", f"“{heading or title}” and hardly any text")
        if host.startswith(("consent.", "cmp.")) or (consenting >= 3 and consenting * 250 > len(shown)):
            return Refusal("consent-wall", f"{consenting} words of consent in {len(shown)} characters")
    if len(shown) < 250 and _needs_script(page):
        return Refusal("empty-shell", f"{len(shown)} characters of text beside scripts; a browser would show more")
    return None


_TEXTS = etree.XPath(
    "//text()[not(parent::script or parent::style or parent::noscript or parent::template or ancestor::head or ancestor::svg)]",
    smart_strings=False,
)


def _texts(page: Page) -> list[str]:
    """The pieces of text that the page shows. Those as long as sentences are its prose: a wall, a form or an error has hardly any."""
    found = _TEXTS(page.root)
    return [text for text in found if isinstance(text, str) and not text.isspace()] if isinstance(found, list) else []


def _needs_script(page: Page) -> bool:
    shells = any((one.get("id") or "").lower() in _SHELLS or one.tag == "app-root" for one in page.tagged("div", "app-root", "main"))
    asks = any(re.search(r"javascript", text_of(one), re.I) for one in page.tagged("noscript"))
    return shells or asks or len(page.tagged("script")) >= 3


def _static(said: Statements) -> Refusal | None:
    path = urlsplit(said.page.url).path
    if _BLOGGER_PAGE.match(path) and (_is_blogger(said.page) or not said.article):
        return Refusal("static-page", "a page, not a post, of a Blogger blog")
    kinds = {kind for own in said.kinds for kind in own}
    dated = said.page.meta("article:published_time") or said.article.get("datePublished")
    if kinds & {"aboutpage", "contactpage"} and not said.article and not dated and _STATIC_PATH.match(path):
        return Refusal("static-page", "the page declares itself to be about the site")
    names = _body_classes(said.page)
    if _STATIC_PATH.match(path) and "single-post" not in names:
        return Refusal("static-page", f"the path {path} of a page about the site")
    return None


def _is_blogger(page: Page) -> bool:
    return (
        "blogger" in (page.meta("generator") or "").lower()
        or page.root.xpath("boolean(//link[contains(@href,'blogger.com') or contains(@href,'/feeds/posts/default')])") is True
    )


def _body_classes(page: Page) -> set[str]:
    return set((_body(page).get("class") or "").lower().split())


def _listing_by_name(said: Statements) -> Refusal | None:
    """Listings that the address, the theme or the page's own statements name."""
    page = said.page
    parts = urlsplit(page.url)
    path = parts.path or "/"
    # WordPress's oldest addresses: `/?p=4127` is a post, not the front page.
    is_numbered = path == "/" and not ID_PARAMETERS.isdisjoint(name.lower() for name, _ in query_pairs(parts.query))
    names = _body_classes(page)
    dated = bool(page.meta("article:published_time") or said.article.get("datePublished"))
    if (
        names & _WORDPRESS_LISTING
        and not names & {"single", "single-post", "singular", "page", "wp-singular"}
        and not dated
        and any("wp-" in (one.get("href") or "") for one in page.tagged("link"))
    ):
        return Refusal("listing", f"WordPress marks the page as {', '.join(sorted(names & _WORDPRESS_LISTING))}")
    posts = [] if names & {"single", "single-post", "item-view"} else _posts(page)
    if (
        _LISTING_PATH.search(path)
        and not is_numbered
        and not said.article.get("articleBody")
        and (len(posts) != 1 or path == "/")
        and not (dated and path != "/")
    ):
        return Refusal("listing", f"the path {path} of a list of stories")
    if len(posts) >= 2 and not dated:
        return Refusal("listing", f"{len(posts)} posts on one page, each with its own linked title")
    kinds = {kind for own in said.kinds for kind in own}
    if kinds & {"collectionpage", "searchresultspage"} and not said.article.get("datePublished") and not _has_article(page):
        return Refusal("listing", "the page declares itself to be a collection")
    return None


def _posts(page: Page) -> list[Element]:
    """Whole posts or teasers: a container in a theme's words whose title links to another page."""
    path = urlsplit(page.url).path.rstrip("/")
    found = []
    for one in page.tagged("article", "div", "li"):
        names = classes(one).split()
        if not ({"hentry", "post", "post-outer", "blog-post", "type-post"} & set(names)):
            continue
        if any(parent in found for parent in one.iterancestors()):
            continue
        link = one.find(".//h1//a")
        for tag in ("h2", "h3", "h4"):
            link = link if link is not None else one.find(f".//{tag}//a")
        target = page.absolute(link.get("href")) if link is not None else None
        if target and urlsplit(target).path.rstrip("/") != path:
            found.append(one)
    return found


def _body(page: Page) -> Element:
    body = page.root.find("body")
    return page.root if body is None else body
