"""What crosses the wire, kept byte for byte: Scrapy's HTTP/1.1 download handler with a connection that records.

A request goes handler → fetch → protocol → wire, its answer wire → protocol → exchange → capture → archive → spider:

- `handler` is what Scrapy calls; it hands each capture to the run before the page goes up,
- `fetch` is one request from connecting to the end of its answer, within its time,
- `protocol` and `parser` are Twisted's HTTP client with a recorder in it and more patience; `framing` finds the message's end,
- `exchange` holds the bytes, `peer` who sent them, `bounds` how much is taken, `failures` how else it can end,
- `addresses` says what may be connected to, and `selfcheck` refuses to crawl when any of this would not record.
"""
