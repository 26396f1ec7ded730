"""Which Blipp this is (sweden R5)."""

from importlib import metadata


def build() -> str:
    """Give name and version of this build."""
    return f"blipp {metadata.version('blipp')}"
