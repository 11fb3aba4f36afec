"""Which addresses may be articles."""

import pytest

from crawler.discovery import is_article_url
from crawler.formats.site import Site

SITE = Site(key="demo", url="https://example.com/")

ARTICLES = [
    "https://example.com/2024/05/storm-hits-coast.html",
    "https://www.example.com/2024/05/13/storm/",
    "https://example.com/news/storm-hits-the-northern-coast",
    "https://example.com/politics/123456-storm",
    "https://example.com/story/storm-1.5123456",
    "https://example.com/p/the-long-road-home",
    "https://example.com/?p=4711",
    "https://example.com/index.php?id=4711",
    "https://example.com/article.php?id=77",
    "https://example.com/2024/05/about.html",
    "https://example.com/2024/05/search-for-survivors.html",
    "https://example.com/world/2024-05-13/storm-report",
    "https://example.com/2024/may/13/storm",
    "https://example.com/%E6%9D%B1%E4%BA%AC%E3%81%A7%E5%A4%A7%E9%9B%A8%E3%81%8C%E9%99%8D%E3%82%8A%E7%B6%9A%E3%81%8F",
    "https://example.com/2024/05/13/storm/index.html",
    "https://example.com/archive/63076",
    "https://example.com/blog/storm-warning",
    "https://example.com/news/4711/storm",
    "https://example.com/checkout/deals/news-story/09310c6c9303accdc89c8681909fdbc4",
]
UNKNOWN = ["https://example.com/storm", "https://example.com/sport", "https://example.com/news/storm"]
NEVER = [
    "https://example.com/",
    "https://example.com",
    "https://www.example.com/index.html",
    "https://example.com/?m=1",
    "https://example.com/search?q=storm",
    "https://example.com/search/label/Politics",
    "https://example.com/search?updated-max=2024-01-01T00:00:00Z&max-results=7",
    "https://example.com/tag/storm-hits-the-northern-coast/",
    "https://example.com/news/tag/storm",
    "https://example.com/category/politics/",
    "https://example.com/author/some-long-name-here/",
    "https://example.com/2024/",
    "https://example.com/2024/05/",
    "https://example.com/2024/05/13/",
    "https://example.com/2012_03_01_archive.html",
    "https://example.com/feed/",
    "https://example.com/2024/05/storm/feed/",
    "https://example.com/feeds/posts/default",
    "https://example.com/rss.xml",
    "https://example.com/sitemap.xml",
    "https://example.com/wp-content/uploads/2024/05/storm-hits-the-coast.jpg",
    "https://example.com/2024/05/storm.pdf",
    "https://example.com/login",
    "https://example.com/wp-login.php?redirect_to=x",
    "https://example.com/register",
    "https://example.com/cart/",
    "https://example.com/privacy-policy",
    "https://example.com/about",
    "https://example.com/about.html",
    "https://example.com/blog/about-the-blog.html",
    "https://example.com/contact-us/",
    "https://example.com/p/about.html",
    "https://example.com/p/how-we-work-and-why.html",
    "https://example.com/page/2/",
    "https://example.com/news/page/17",
    "https://example.com/news?page=3",
    "https://example.com/2024/05/storm.html?showComment=1715600000#c1",
    "https://example.com/2024/05/storm/?replytocom=5",
    "https://example.com/2024/05/storm/?share=facebook",
    "https://example.com/2024/05/storm/?print=1",
    "https://example.com/2024/05/storm/comment-page-2/",
    "https://other.org/2024/05/storm.html",
    "https://shop.example.com/a-very-long-product-name",
    "https://example.com/privacy-policy.html",
    "https://example.com/your-privacy-choices",
    "https://example.com/jobs/night-editor-in-the-harbour",
    "https://example.com/staff/one-of-the-reporters",
    "https://example.com/archive/2024",
    "https://example.com/topics/harbour",
    "mailto:desk@example.com",
    "javascript:void(0)",
    "not a url",
    "http://[",
]


@pytest.mark.parametrize("url", ARTICLES)
def test_articles_by_shape(url: str) -> None:
    assert is_article_url(url, SITE)
    assert is_article_url(url, SITE, listed=False)


@pytest.mark.parametrize("url", UNKNOWN)
def test_a_source_that_lists_articles_is_believed_where_the_shape_says_nothing(url: str) -> None:
    assert is_article_url(url, SITE)
    assert not is_article_url(url, SITE, listed=False)


@pytest.mark.parametrize("url", NEVER)
def test_never_articles(url: str) -> None:
    assert not is_article_url(url, SITE)
    assert not is_article_url(url, SITE, listed=False)


def test_the_site_decides_first() -> None:
    site = Site(key="demo", url="https://example.com/", articles={"allow": [r"/n/\d+$"], "deny": [r"/n/13$"]})
    assert is_article_url("https://example.com/n/12", site, listed=False)
    assert not is_article_url("https://example.com/n/13", site)
    assert not is_article_url("https://example.com/2024/05/storm.html", site)
    assert not is_article_url("https://other.org/n/12", site)


def test_home_page_in_a_folder() -> None:
    site = Site(key="demo", url="https://example.com/the-daily-weather-blog/")
    assert not is_article_url("https://example.com/the-daily-weather-blog", site)
    assert is_article_url("https://example.com/the-daily-weather-blog/storm-hits-the-coast", site)


def test_local_addresses_are_told_apart_by_port() -> None:
    site = Site(key="demo", url="http://127.0.0.1:8001/")
    assert is_article_url("http://127.0.0.1:8001/2024/05/storm.html", site)
    assert not is_article_url("http://127.0.0.1:8002/2024/05/storm.html", site)
