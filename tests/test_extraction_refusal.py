"""Pages that are no articles are refused with their reason; articles that look a little like them are not."""

from __future__ import annotations

import pytest
from test_extraction_pages import FERRY, PAGES, STORY, read, story

from crawler.extraction import Refusal
from crawler.formats.article import Article
from crawler.formats.site import Site

LINKS = "".join(f'<li><a href="/2025/02/story-{number}.html">Another story of the week, number {number}</a></li>' for number in range(30))
FEED = '<link rel="alternate" type="application/atom+xml" href="/feeds/posts/default">'
POSTS = "".join(
    f'<div class="post hentry"><h3 class="post-title"><a href="/2025/02/story-{number}.html">Story {number} of the month</a></h3>'
    f'<div class="post-body">The story begins here, goes on for a line or two and is cut off after that, as it is in every blog on its home page {number}.</div></div>'
    for number in range(5)
)


def plain(title: str, body: str, head: str = "") -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


REFUSED = [
    ("listing", "https://lantern.example/", plain("The Tidewater Lantern", POSTS, FEED), 200),
    ("listing", "https://lantern.example/search/label/Harbour", plain("Harbour", POSTS, FEED), 200),
    ("listing", "https://lantern.example/2025/02/", plain("February 2025", POSTS, FEED), 200),
    (
        "listing",
        "https://ridge.example/category/local/",
        plain("Local", f"<h1>Local</h1>{POSTS}", '<link href="/wp-content/x.css" rel="stylesheet">'),
        200,
    ),
    ("listing", "https://lantern.example/feed", "<?xml version='1.0'?><rss version='2.0'><channel><title>x</title></channel></rss>", 200),
    ("static-page", "https://lantern.example/p/about.html", plain("About", f"<h1>About this blog</h1>{STORY}", FEED), 200),
    ("static-page", "https://ridge.example/privacy-policy/", plain("Privacy Policy", f"<h1>Privacy Policy</h1>{STORY}"), 200),
    ("static-page", "https://ridge.example/contact", plain("Contact", f"<h1>Contact</h1>{STORY}"), 200),
    (
        "challenge",
        FERRY,
        plain("Just a moment...", "<div>Verify you are human by completing the action below.</div><script>window._cf_chl_opt={}</script>"),
        200,
    ),
    (
        "challenge",
        FERRY,
        plain(
            "Just a moment...",
            '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/jsch/v1"></script><noscript>Enable JavaScript and cookies to continue</noscript>',
        ),
        403,
    ),
    (
        "challenge",
        FERRY,
        plain(
            "lantern.example",
            '<script src="https://ct.captcha-delivery.com/c.js"></script><p>Please enable JS and disable any ad blocker</p>',
        ),
        202,
    ),
    (
        "consent-wall",
        FERRY,
        plain(
            "Before you continue",
            "<h1>Before you continue</h1><p>We and our 812 partners use cookies. Accept all or reject all.</p><button>Accept all</button>",
        ),
        200,
    ),
    (
        "consent-wall",
        "https://consent.lantern.example/",
        plain(
            "Before you continue",
            "<h1>Before you continue</h1><p>We use cookies and ask for your consent. Accept all cookies, or manage your privacy settings and cookie choices.</p><button>Accept</button>",
        ),
        200,
    ),
    ("soft-404", FERRY, plain("Page not found", f"<h1>Sorry, the page you requested was not found</h1><ul>{LINKS}</ul>"), 200),
    ("soft-404", FERRY, plain("404", "<h1>404</h1>"), 404),
    ("login", FERRY, plain("Log in", "<h1>Log in</h1><form><input name=user><input type=password></form>"), 200),
    ("error-page", FERRY, plain("500 Internal Server Error", "<h1>Internal Server Error</h1>"), 500),
    ("error-page", FERRY, plain("Error establishing a database connection", "<h1>Error establishing a database connection</h1>"), 200),
    (
        "empty-shell",
        FERRY,
        plain(
            "Lantern",
            '<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div><script src="/app.js"></script>',
        ),
        200,
    ),
]


@pytest.mark.parametrize(("reason", "url", "markup", "status"), REFUSED, ids=[f"{row[0]}-{number}" for number, row in enumerate(REFUSED)])
def test_refused_with_its_reason(reason: str, url: str, markup: str, status: int) -> None:
    found = read(markup, url, status=status)
    assert isinstance(found, Refusal), found
    assert found.reason == reason, found
    assert found.detail


def test_a_listing_that_looks_like_an_article() -> None:
    found = read((PAGES / "listing.html").read_bytes(), "https://lantern.example/2025/02/week.html")
    assert isinstance(found, Refusal)
    assert found.reason == "listing"


@pytest.mark.parametrize(
    ("body", "kind"), [(b"%PDF-1.7 \n", "application/pdf"), (b"\xff\xd8\xff\xe0 JFIF", "image/jpeg"), (b"\x89PNG\r\n", "text/html")]
)
def test_media(body: bytes, kind: str) -> None:
    found = read(body, headers=(("Content-Type", kind),))
    assert isinstance(found, Refusal)
    assert found.reason == "media-file"


@pytest.mark.parametrize(
    "markup",
    [
        story(body=f'{STORY}<div class="related"><h2>Related</h2><ul>{LINKS}</ul></div>'),
        story(body=f"{STORY}<h2>More stories</h2>{POSTS.replace('post hentry', 'teaser')}"),
        story(body=f'{STORY}<p>This site uses cookies. <button>Accept</button></p><form><input type="password"></form>'),
        story(body=STORY, headline="404 days without rain: a reservoir runs dry"),
        story(body=STORY, headline="Access denied: how a village lost its beach"),
        story('<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>', STORY),
    ],
)
def test_articles_that_only_look_a_little_like_it(markup: str) -> None:
    found = read(markup)
    assert isinstance(found, Article), found
    assert "Volunteers rebuilt the floor" in (found.body or "")
    assert "Another story of the week" not in (found.body or "")


def test_a_teaser_before_a_paywall_is_an_article() -> None:
    teaser = (
        "<p>The town's only cinema opens its doors again on Friday, two years after a burst pipe flooded the hall and ruined its seats.</p>"
    )
    found = read(
        story(body=teaser + '<div class="paywall"><p>Subscribe to read the whole story on all your devices.</p></div>'),
        site=Site(key="x", url="https://lantern.example/"),
    )
    assert isinstance(found, Article), found
    assert found.access == "paywalled"
    assert (found.body or "").startswith("The town's only cinema")


def test_a_truncated_page_is_refused() -> None:
    from datetime import UTC, datetime

    from crawler.extraction import extract
    from crawler.formats.capture import Capture

    capture = Capture.from_response(FERRY, story().encode(), date=datetime(2025, 12, 1, tzinfo=UTC))
    capture.truncated = "length"
    found = extract(capture, Site(key="x", url="https://lantern.example/"))
    assert isinstance(found, Refusal)
    assert found.reason == "truncated"
