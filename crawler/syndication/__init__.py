"""Which articles of different sites tell the same story in the same words: agency reports, press releases, texts taken over.

What is found is derived from the article lines alone and changes none of them. It stands in a cache of the whole archive, which is
brought up to date when somebody asks; no crawl waits for it, and it takes no site's lock.
"""

from crawler.syndication.cache import SyndicationCache
from crawler.syndication.stories import Link, Story, Told, stories

__all__ = ["Link", "Story", "SyndicationCache", "Told", "stories"]
