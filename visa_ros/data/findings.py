"""What is found wrong in a data set, and what is left out because of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """
    One thing that is wrong, or worth knowing.

    dataset, split  where it is
    where           video and expression, or file
    problem         what it is
    items           of the set that cannot be used because of it
    wrong           False: nothing is wrong, it is only said
    """

    dataset: str
    split: str
    where: str
    problem: str
    items: tuple[int, ...] = ()
    wrong: bool = True


@dataclass(frozen=True, kw_only=True)
class Report:
    """
    What was found in one split.

    count  items of the split; 0 if it cannot be opened
    """

    dataset: str
    split: str
    count: int
    findings: tuple[Finding, ...]

    @property
    def skipped(self) -> tuple[int, ...]:
        """The items that cannot be used."""
        return tuple(sorted({item for finding in self.findings for item in finding.items}))

    @property
    def usable(self) -> tuple[int, ...]:
        """All other items: what training draws from."""
        left_out = set(self.skipped)
        return tuple(item for item in range(self.count) if item not in left_out)

    @property
    def wrong(self) -> bool:
        """Whether anything is wrong."""
        return any(finding.wrong for finding in self.findings)


def table(reports: Iterable[Report]) -> str:
    """Write the findings as a table, and a line per split with what is left of it."""
    reports = list(reports)
    rows = [
        (f.dataset, f.split, f.where, f.problem, skipped_text(f))
        for report in reports
        for f in report.findings
    ]
    lines = _columns([('SET', 'SPLIT', 'WHERE', 'PROBLEM', 'SKIPPED'), *rows]) if rows else []
    return '\n'.join([*lines, *([''] if lines else []), *map(summary, reports)])


def skipped_text(finding: Finding) -> str:
    """Say what is left out because of a finding."""
    if not finding.items:
        return 'nothing'
    return f'{len(finding.items)} item' + ('s' if len(finding.items) > 1 else '')


def summary(report: Report) -> str:
    """Say in a line what a split holds and what of it can be used."""
    problems = sum(finding.wrong for finding in report.findings)
    return (
        f'{report.dataset} {report.split}: {report.count} items, '
        f'{problems} problem{"" if problems == 1 else "s"}, '
        f'{len(report.skipped)} skipped, {len(report.usable)} usable'
    )


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        '  '.join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
