"""
Write requirements/lock.txt: exact versions of all that `make` installs.

    python3.11 scripts/lock.py python3.11 python3.12

Resolves pyproject.toml with all its extras, and what builds the messages, once for each of the
given interpreters (they need pip 23 or later), and marks the lines in which they differ. The lock
is complete, so it is installed with --no-deps. That keeps out what is wanted by name only:
torch's CUDA packages, and the programs behind packages that are read for their weights alone.
"""

from __future__ import annotations

import json
from pathlib import Path
import subprocess
import sys
import tempfile

import tomllib

ROOT = Path(__file__).resolve().parent.parent
BUILD_TOOLS = ('scikit-build-core>=1.1,<2', 'cmake>=3.25', 'ninja>=1.11')
ACCELERATORS = ('nvidia-', 'cuda-', 'triton')
# Of 'train' only the packages named are wanted; the others need torchvision, whose wheels on PyPI
# do not load beside a CPU build of torch: their tests use small networks that do without.
ALONE = ('train', 'video-llm', 'edgetam')
HEADER = """\
# Written by scripts/lock.py (make lock). Install with: pip install --no-deps -r ...
# Valid for Python 3.11 and 3.12 on x86_64 Linux.
"""


def wanted() -> tuple[list[str], list[str]]:
    """Return the requirements to resolve, and those to take without what they depend on."""
    project = tomllib.loads((ROOT / 'pyproject.toml').read_text(encoding='utf-8'))['project']
    extras = project['optional-dependencies']
    followed = [r for name, part in extras.items() if name not in ALONE for r in part]
    return [*project['dependencies'], *followed, *BUILD_TOOLS], extras['train']


def resolve(python: str, *arguments: str) -> dict[str, str]:
    """Ask pip what it would install into an empty environment; name -> version."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / 'report.json'
        command = [python, '-m', 'pip', 'install', '--quiet', '--dry-run', '--ignore-installed']
        constraints = ['-c', str(ROOT / 'requirements/constraints.txt')]
        subprocess.run(
            [*command, '--report', str(report), *constraints, *arguments], check=True, cwd=ROOT
        )
        found = json.loads(report.read_text(encoding='utf-8'))['install']
    return {
        item['metadata']['name'].lower().replace('_', '-'): item['metadata']['version']
        for item in found
    }


def versions(python: str) -> dict[str, str]:
    """Return what the lock holds for one interpreter; public versions, no accelerators."""
    followed, alone = wanted()
    found = resolve(python, '-r', 'requirements/build.txt', *followed)
    found |= resolve(python, '--no-deps', *alone)
    return {
        name: version.split('+')[0]
        for name, version in found.items()
        if not name.startswith(ACCELERATORS)
    }


def python_version(python: str) -> str:
    """Return 3.11 for python3.11."""
    code = 'import sys; print("%d.%d" % sys.version_info[:2])'
    return subprocess.run(
        [python, '-c', code], check=True, capture_output=True, text=True
    ).stdout.strip()


def lines(locks: dict[str, dict[str, str]]) -> list[str]:
    """Merge the locks of several Pythons into lines with markers where they differ."""
    result = []
    for name in sorted({name for lock in locks.values() for name in lock}):
        pins = {python: lock.get(name) for python, lock in locks.items()}
        if len(set(pins.values())) == 1:
            result.append(f'{name}=={next(iter(pins.values()))}')
        else:
            result += [
                f"{name}=={version}; python_version == '{python}'"
                for python, version in pins.items()
                if version
            ]
    return result


def main() -> None:
    """Resolve for every interpreter named on the command line."""
    pythons = sys.argv[1:] or ['python3.11', 'python3.12']
    locks = {python_version(python): versions(python) for python in pythons}
    target = ROOT / 'requirements/lock.txt'
    target.write_text(HEADER + '\n'.join(lines(locks)) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
