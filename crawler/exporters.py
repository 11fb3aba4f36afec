"""What `scrapy crawl SITE -O file` writes besides the archive: Scrapy's feed exports, made safe where Scrapy's own are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scrapy import Field
from scrapy.exporters import CsvItemExporter

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With what a cell begins that a spreadsheet runs instead of showing it (OWASP, CSV Injection)."""


class SafeCsvExporter(CsvItemExporter):
    """CSV whose cells no spreadsheet takes for a formula: an apostrophe goes before those that look like one."""

    def serialize_field(self, field: Mapping[str, Any] | Field, name: str, value: Any) -> Any:
        """As Scrapy's; what publishers wrote is text, whatever it begins with."""
        cell = super().serialize_field(field, name, value)
        return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
