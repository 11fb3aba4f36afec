"""Whether a site's crawl is as it has been: each run is compared with the site's own past. Pure.

`watches` says what is counted, `shares`, `lengths` and `yields` how it is compared, `tails` how likely chance is, `judgement` what is
told, how long it stays, and what is only the consequence of something else.
"""

from crawler.health.judgement import MOST, PAST, findings

__all__ = ["MOST", "PAST", "findings"]
