"""What processes use, read from /proc: the processor, memory, open files."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """The processor's time of all threads: fields 14 and 15 of proc(5) stat. 0 when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    after_name = stat.rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def rss_mb(pid: int) -> float:
    """Memory held now; 0 when the process is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]
    except OSError:
        return 0.0
    return int(pages) * _PAGE / 1024**2


def open_files(pid: int) -> int:
    """How many files and connections are open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def backends_of(database: str) -> list[int]:
    """The processes of PostgreSQL that serve a database: its name stands in their titles."""
    found = []
    for one in Path("/proc").iterdir():
        if one.name.isdecimal():
            try:
                title = (one / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if title.startswith("postgres:") and f" {database} " in title:
                found.append(int(one.name))
    return found


def machine_busy_seconds() -> float:
    """The processor's time of the whole machine since it started, idle and waiting left out."""
    first = Path("/proc/stat").read_text(encoding="utf-8").splitlines()[0].split()[1:]
    user, nice, system, _idle, _waiting, irq, soft, steal = map(int, first[:8])
    return (user + nice + system + irq + soft + steal) / _TICKS


@dataclass
class Watch:
    """Cores that processes used between `begin` and `end`."""

    pids: Mapping[str, int]
    database: str = ""
    _before: dict[int, float] = field(default_factory=dict)
    _busy_before: float = 0.0
    _began_at: float = 0.0

    def begin(self) -> None:
        """Count from now on."""
        every = [*self.pids.values(), *self._backends()]
        self._before = {pid: cpu_seconds(pid) for pid in every}
        self._busy_before = machine_busy_seconds()
        self._began_at = time.monotonic()

    def end(self) -> dict[str, float]:
        """Cores by name, `others` for all that has nothing to do with the measurement."""
        passed = time.monotonic() - self._began_at
        busy = machine_busy_seconds() - self._busy_before
        spent = {name: self._spent(pid) for name, pid in self.pids.items()}
        if self.database:
            spent["postgresql"] = sum(map(self._spent, self._backends()))
        spent["others"] = max(busy - sum(spent.values()), 0.0)
        return {name: round(seconds / passed, 2) for name, seconds in spent.items()}

    def _backends(self) -> list[int]:
        return backends_of(self.database) if self.database else []

    def _spent(self, pid: int) -> float:
        return max(cpu_seconds(pid) - self._before.get(pid, 0.0), 0.0)
