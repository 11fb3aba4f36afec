"""The tables of the index. Each column is fed by one kind of file only, so that the order of reading the kinds does not matter:

captures (C) come from WARC files, article lines (A) from articles/*.jsonl, log lines (L) from crawl logs, reports (R) from run reports.
Times are integers: microseconds since 1970, UTC.
"""

VERSION = 8
"""Raised with every change of a table or of what is put into it; an index of another version is rebuilt."""

TABLES = """
CREATE TABLE files (path TEXT PRIMARY KEY) WITHOUT ROWID;           -- closed files whose content is in the tables

CREATE TABLE payloads (                                            -- C: the first whole response with each payload
  digest TEXT PRIMARY KEY, record_id TEXT NOT NULL, url TEXT NOT NULL, date INTEGER NOT NULL,
  transfer_encoding TEXT, content_encoding TEXT, etag TEXT, last_modified TEXT,
  file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE pending (                                             -- C adds, L removes: captures without an outcome
  record_id TEXT PRIMARY KEY, url TEXT NOT NULL, date INTEGER NOT NULL, status INTEGER NOT NULL,
  file TEXT NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, payload_digest TEXT
) WITHOUT ROWID;
CREATE INDEX pending_url ON pending (url);

CREATE TABLE urls (
  key BLOB PRIMARY KEY,                                            -- 16 bytes, a hash of discovery's url_key
  fetched INTEGER, status INTEGER,                                 -- C: the last answer
  digest TEXT, etag TEXT, last_modified TEXT,                      -- C: of the last whole 200
  target BLOB, permanent INTEGER,                                  -- C: where the last answer redirects
  article TEXT,                                                    -- A: the article of which this is or was the address
  url TEXT, outcome TEXT, settled INTEGER,                         -- L: the last outcome
  failures INTEGER NOT NULL DEFAULT 0,                             -- L: failures in a row of a page that should be an article
  alias TEXT                                                       -- L: the article that stands behind it under another address
) WITHOUT ROWID;
CREATE INDEX urls_target ON urls (target) WHERE target IS NOT NULL;
CREATE INDEX urls_alias ON urls (alias) WHERE alias IS NOT NULL;
CREATE INDEX urls_failures ON urls (settled) WHERE failures > 0;

CREATE TABLE articles (
  id TEXT PRIMARY KEY,
  url TEXT, canonical_url TEXT, revision INTEGER, change TEXT,     -- A: of the last line
  content_digest TEXT, story TEXT, published TEXT, record_id TEXT, -- A: of the last line
  file TEXT, offset INTEGER, length INTEGER,                       -- A: where the last line stands
  base INTEGER, gone INTEGER,                                      -- A: from when ages count; when it was found gone, null when it is there
  checked INTEGER, hint INTEGER,                                   -- L: last look; latest modification date that a source has told
  vain INTEGER NOT NULL DEFAULT 0,                                 -- L: looks in a row that a source caused for nothing
  missed_days INTEGER NOT NULL DEFAULT 0, missed_day INTEGER,      -- L: days on which it was not there, and the last of them
  look_age INTEGER GENERATED ALWAYS AS (checked - coalesce(gone, base)) VIRTUAL
) WITHOUT ROWID;
CREATE INDEX articles_story ON articles (story);
CREATE INDEX articles_look_age ON articles (look_age);
CREATE INDEX articles_missed ON articles (missed_day) WHERE missed_days > 0;

CREATE TABLE counts (known INTEGER NOT NULL, there INTEGER NOT NULL);  -- A: articles known, and those of them that are not gone
INSERT INTO counts VALUES (0, 0);

CREATE TABLE headlines (article TEXT, headline BLOB, PRIMARY KEY (article, headline)) WITHOUT ROWID;  -- A: hashes of all it ever had

CREATE TABLE standing (                                            -- A: pieces of text by how many articles they stood in
  digest INTEGER PRIMARY KEY, articles INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL,                   -- the first and the last of these articles, counted as they came
  authors TEXT,                                                    -- JSON: who signed all of them; null while none was signed
  known INTEGER NOT NULL DEFAULT 0, everywhere INTEGER NOT NULL DEFAULT 0, text TEXT NOT NULL
);
CREATE INDEX standing_known ON standing (digest, everywhere) WHERE known;

CREATE TABLE sources (                                             -- R
  kind TEXT, url TEXT, polled INTEGER, polls INTEGER NOT NULL DEFAULT 0, etag TEXT, last_modified TEXT, payload_digest TEXT,
  quiet INTEGER NOT NULL DEFAULT 0, news INTEGER NOT NULL DEFAULT 0, last_news INTEGER, not_modified INTEGER, poll_after REAL,
  lies INTEGER NOT NULL DEFAULT 0, links INTEGER NOT NULL DEFAULT 0,
  dealt_with TEXT,                                                 -- payload_digest of the last run that got through its links
  PRIMARY KEY (kind, url)
) WITHOUT ROWID;

CREATE TABLE absent (url TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;  -- R: where a source was not, at the last look

CREATE TABLE detected (                                            -- R: sources that make the front page needless
  place INTEGER PRIMARY KEY, kind TEXT NOT NULL, url TEXT NOT NULL, options TEXT NOT NULL, time INTEGER NOT NULL
);

CREATE TABLE robots (                                              -- R: the last answer that holds
  url TEXT PRIMARY KEY, time INTEGER NOT NULL, holds INTEGER NOT NULL, status INTEGER NOT NULL, record TEXT,
  payload_digest TEXT                                              -- null where there is no robots.txt
) WITHOUT ROWID;

CREATE TABLE runs (                                                -- R
  id TEXT PRIMARY KEY, mode TEXT, started TEXT, finished TEXT, through INTEGER, known INTEGER, new INTEGER, findings INTEGER
) WITHOUT ROWID;
"""

NAMES = (
    "files",
    "payloads",
    "pending",
    "urls",
    "articles",
    "counts",
    "headlines",
    "standing",
    "sources",
    "absent",
    "detected",
    "robots",
    "runs",
)
