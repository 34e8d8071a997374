"""
The log of a training of visa-nano as a table: means of the losses over so many steps.

    python benchmarks/learning_curve.py out/nano/image/log.jsonl --every 100
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('log', type=Path)
    parser.add_argument('--every', type=int, default=100, help='steps a row (%(default)s)')
    args = parser.parse_args()
    rows = {row['step']: row for row in map(json.loads, args.log.read_text().splitlines())}
    names = list(dict.fromkeys(name for row in rows.values() for name in row if name != 'step'))
    print(f'{"steps":>6}' + ''.join(f'{name:>15}' for name in names))
    for start in range(0, max(rows) + 1, args.every):
        part = [rows[k] for k in range(start, start + args.every) if k in rows]
        means = ([row[name] for row in part if name in row] for name in names)
        cells = (f'{np.mean(values):15.3f}' if values else f'{"":15}' for values in means)
        print(f'{start + len(part):6d}' + ''.join(cells))


if __name__ == '__main__':
    main()
