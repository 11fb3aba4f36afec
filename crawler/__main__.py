"""`newsarchive`: Scrapy's command line with this project's settings, from any folder."""

import os

from scrapy.cmdline import execute


def main() -> None:
    """Run a command as `scrapy` would inside the project; exits with the command's code."""
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    execute()


if __name__ == "__main__":
    main()
