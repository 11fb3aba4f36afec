"""The words of addresses: under which names the usual systems keep lists, static pages, feeds and articles.

Collected from WordPress, Ghost, Blogger, Drupal, Joomla, Movable Type, Hugo, Jekyll, Substack, Medium, and publishers' own systems,
in the languages in which they are most often set up. All are whole segments in lower case.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LISTS = _words(
    """
    tag tags tagged label labels category categories kategorie categorie categoria etiqueta etiquette taxonomy keyword keywords
    thema themen dossiers article_tag article-tag glossary coupons couponcodes
    author authors autor auteur contributor contributors profile profiles person people staff redaktion journalist journalists
    user users member members search suche recherche buscar
    feed feeds rss atom sitemap sitemaps wp-json xmlrpc.php trackback comments comment-page-1
    """
)
"""Anywhere in a path they make the page a list, unless a date in the path says that it is a post."""

LISTS_AT_THE_END = _words("archive archives archiv topic topics")
"""Lists, unless more than one segment or a number follows: `/archive/63076`, `/topics/tools/best-hammer`."""

ARTICLE_FOLDERS = _words(
    """
    article articles story stories news-story artikel artikelen articolo artigo artikkel artikkeli clanek nota notas noticia nachricht
    bericht entry entries
    """
)
"""Whatever they hold is an article."""

BLOG_FOLDERS = _words("blog blogs post posts news report reports column columns opinion opinions")
"""What they hold is an article if its name has two words or more; one word may be a section."""

STATIC = _words(
    """
    login log-in signin sign-in signup sign-up register registration logout account my-account subscribe subscription subscriptions
    newsletter newsletters cart basket checkout shop store donate wp-admin wp-login.php wp-content wp-includes cdn-cgi static assets
    media-kit privacy privacy-policy datenschutz cookies cookie-policy terms terms-of-use terms-of-service terms-and-conditions tos legal
    legal-notice imprint impressum mentions-legales aviso-legal disclaimer about about-us about-me
    about-the-blog about-this-blog about-the-site about-this-site about-the-author colophon ueber-uns a-propos contact contact-us contact-me
    kontakt contacto advertise advertising advertise-with-us careers jobs press faq help masthead team our-team site-map accessibility 404
    index home share print email api recommendations leaderboard followers following calendar events horoscope weather wetter meteo
    """
)
"""As a path's last segment (any ending aside) they name a page of the site itself."""

STATIC_FOLDERS = _words(
    """
    login account my-account register signup cart basket checkout shop store jobs careers subscribe subscription subscriptions static assets
    wp-admin wp-content wp-includes cdn-cgi api events calendar
    """
)
"""As a path's first segment they hold no articles, unless one of `ARTICLE_FOLDERS` follows."""

NO_PAGES = _words(
    """
    login log-in signin sign-in signup sign-up register logout cart basket checkout wp-admin wp-login.php wp-content wp-includes wp-json
    xmlrpc.php cdn-cgi feed feeds rss atom trackback api
    """
)
"""As a path's first or last segment they lead to nothing that has links to articles."""

SERVICE_HOSTS = _words(
    """
    shop store jobs careers account accounts my login auth id help support forum forums status ads mail cdn static assets img images media
    api abo subscribe epaper tickets games
    """
)
"""As the first label of a host they serve other things than articles."""

LIST_PARAMETERS = _words(
    """
    s q query search tag cat category author paged page feed label updated-max updated-min max-results start-index by-date orderby sort
    filter
    """
)
NOT_THE_PAGE_PARAMETERS = _words(
    """
    showcomment replytocom share print printable action do redirect_to return_to returnurl login preview attachment_id rest_route
    doing_wp_cron like_comment unapproved
    """
)
"""They make another thing of a page: one of its comments, a form, a copy for print."""

ID_PARAMETERS = _words("p id article articleid article_id aid story storyid nid news_id newsid itemid a sid postid post idxno")
