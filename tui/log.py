"""The border to the log: one line per event, whatever stands in it (reliability S8)."""

import logging

from core.text import visible


class LineFormatter(logging.Formatter):
    """Writes an event with its traceback on one line of text that can be seen."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line; line ends inside it are written as ` | `."""
        return visible(" | ".join(super().format(record).splitlines()))
