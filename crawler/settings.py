"""The switchboard: which component is on, in which order, and why not Scrapy's default."""

from pathlib import Path

# First of all that a command imports: it looks at every loaded module for every frame on the stack (`inspect.stack`, for its deprecated
# classes), which takes 30 ms here and 0.2 s below the commands.
import scrapy.core.downloader.contextfactory  # noqa: F401
from scrapy.utils.conf import closest_scrapy_cfg

from crawler import __version__

BOT_NAME = "newsarchive"
SPIDER_LOADER_CLASS = "crawler.spiders.loader.SiteSpiderLoader"  # a spider of each YAML file, none of Python
COMMANDS_MODULE = "crawler.commands"

# Where things are: beside scrapy.cfg if there is one above the working folder, else in the working folder itself.
_project = Path(closest_scrapy_cfg() or "scrapy.cfg").resolve().parent
CONFIGS_DIR = str(_project / "configs")
ARCHIVE_DIR = str(_project / "archive")
NOW = ""  # RFC 3339: the clock starts there instead of at the real time, to simulate months in minutes
STOP_GRACE = 15  # seconds that pages under way get after SIGINT or SIGTERM; the whole run is gone within 30
EXTRACTION_JOBS = 0  # worker processes for extraction; 0: one a core
EXTRACTION_TEMPLATES = True  # learn the layouts of a site, and read by what was learnt where it says what the whole cascade does
EXTRACTION_TIMEOUT = 10  # seconds of CPU that one page may take before its worker is killed and the page refused
EXTRACTION_MEMORY = 1 << 30  # bytes of address space that a worker may add before the page is refused

# The capture: every http(s) byte goes through the recording handler, and no other scheme is fetched.
DOWNLOAD_HANDLERS = {
    "http": "crawler.capture.handler.CaptureDownloadHandler",
    "https": "crawler.capture.handler.CaptureDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
TWISTED_DNS_RESOLVER = "scrapy.resolver.CachingHostnameResolver"  # Scrapy's default knows no IPv6 names
ALLOW_PRIVATE: list[str] = []  # exact HOST:PORT pairs; set from the site's crawl.allow_private
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate",  # what every reader of WARC can decode; no Accept-Language: the site's own choice is archived
}
COMPRESSION_ENABLED = False  # the handler decodes, within bounds, after the capture has the bytes as sent
USER_AGENT = f"newsarchive/{__version__}"  # the spider adds the contact

# Manners and bounds.
ROBOTSTXT_OBEY = False  # Scrapy's own crawls on when robots.txt answers 500; crawler.middlewares.RobotsMiddleware does not
ROBOTS_OBEY = True  # the setting of ours; per site crawl.obey_robots
ROBOTS_MEMORY = True  # what an earlier run was given holds for a day; False: each run asks
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 16_000_000
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True  # Scrapy's default does not look
REDIRECT_MAX_TIMES = 5  # RFC 9309, section 2.3.1.2, asks for at least five for robots.txt
RETRY_TIMES = 2
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # the page's outcome says it
RETRY_EXCEPTIONS = ["crawler.capture.failures.Transient"]  # what the capture handler raises for faults that may pass
RETRY_HTTP_CODES = [429, 500, 502, 503, 504, 522, 524]
URLLENGTH_LIMIT = 8192  # long slugs in percent-encoded scripts pass Scrapy's 2083
CONCURRENT_REQUESTS = 16
METAREFRESH_ENABLED = False  # news pages reload themselves every few minutes
DOWNLOAD_DELAY_JITTER = 0  # Scrapy's own halves every other delay, also one that robots.txt asks for
COOKIES_ENABLED = False  # a cookie makes a page personal; per site crawl.cookies
HTTPPROXY_ENABLED = False  # a proxy would stand between the capture and the server
REFERRER_POLICY = "no-referrer"  # a request says nothing that the archive did not mean to say
HTTPERROR_ALLOW_ALL = True  # the spider gives every answer its outcome

SCHEDULER_MEMORY_QUEUE = "crawler.spiders.frontier.Frontier"  # a sitemap may name a hundred thousand pages
CONCURRENT_ITEMS = 1  # a response yields one item; Scrapy starts 100 tasks for each response otherwise

# Nothing listens: both run any Python that is sent to them.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # feeds live elsewhere; the spider judges pages by their final URL
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # credentials are sent nowhere
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,  # without bounds, and it downloads the Public Suffix List
    "crawler.cookies.BoundedCookies": 700,  # only where COOKIES_ENABLED
    "crawler.middlewares.LimitsMiddleware": 90,  # before robots.txt is asked for
    "crawler.middlewares.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # follows also where nothing is to be learnt
    "crawler.redirects.ArticleRedirectMiddleware": 600,  # in its place
    "crawler.middlewares.ThrottleMiddleware": 560,  # nearer the server than RetryMiddleware (550), so that it sees every 429 and 503
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # depth is the discovery source's own
    # What a spider yields passes each of these in a generator of its own.
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # marks first requests; nothing here asks for the mark
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # looks for a mistake that the spider does not make
}
ITEM_PIPELINES = {"crawler.pipelines.ArchivePipeline": 100}
EXTENSIONS = {
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.spiderstate.SpiderState": None,  # JOBDIR is not used: the archive is the memory
    "crawler.extensions.Interrupts": 10,
    "crawler.extensions.Progress": 500,
}

PROGRESS_ENABLED = True  # the live line, where standard error is a terminal

# Quiet unless something is wrong: under cron the summary line is all.
LOG_LEVEL = "WARNING"
STATS_DUMP = False
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"  # an unchanged article is the usual case
FEED_EXPORT_ENCODING = "utf-8"
FEED_EXPORTERS = {"csv": "crawler.exporters.SafeCsvExporter"}  # Scrapy's own writes formulas as they come
