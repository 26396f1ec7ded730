"""What a fuzz run measured: counted, and told one per line as `name value unit`.

Times are those of the processor, so that a busy machine does not count as a slow till.
"""

import gc
import os
from dataclasses import dataclass, field
from pathlib import Path

MIB = 1024 * 1024


@dataclass
class Figures:
    """Counts of one run; `faults` hold the first broken inputs, so that each can be replayed."""

    name: str
    frames: int = 0
    accepted: int = 0
    false_approvals: int = 0
    crashes: int = 0
    slowest_ms: int = 0
    rss_growth_mib: int = 0
    faults: list[str] = field(default_factory=list)
    began_rss: int = field(default_factory=lambda: rss())
    spent_s: float = 0
    """In the driver alone, without making and judging the inputs."""

    def take(self, spent_s: float) -> None:
        """Count one input that took this long."""
        self.frames += 1
        self.spent_s += spent_s
        self.slowest_ms = max(self.slowest_ms, round(spent_s * 1000))

    def false_approval(self, words: str) -> None:
        """Count an input that was believed and may not be."""
        self.false_approvals += 1
        self._note(f"false approval: {words}")

    def crash(self, words: str) -> None:
        """Count an input that raised what nobody expects."""
        self.crashes += 1
        self._note(f"crash: {words}")

    def warmed_up(self) -> None:
        """Measure memory from here: what is loaded once is no growth."""
        self.began_rss = rss()

    def end(self) -> "Figures":
        """Take the memory."""
        self.rss_growth_mib = max(0, rss() - self.began_rss) // MIB
        return self

    @property
    def per_second(self) -> int:
        """Inputs per second."""
        return round(self.frames / max(self.spent_s, 0.001))

    def lines(self) -> list[str]:
        """One figure per line, then the first faults."""
        told = (
            ("frames", self.frames, "frames"),
            ("rate", self.per_second, "frames/s"),
            ("accepted", self.accepted, "frames"),
            ("false_approvals", self.false_approvals, "frames"),
            ("crashes", self.crashes, "frames"),
            ("slowest", self.slowest_ms, "ms"),
            ("rss_growth", self.rss_growth_mib, "MiB"),
        )
        return [f"{self.name}_{name} {value} {unit}" for name, value, unit in told] + self.faults

    def _note(self, words: str) -> None:
        if len(self.faults) < 20:
            self.faults.append(words)


def rss() -> int:
    """Give this process's memory in bytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
