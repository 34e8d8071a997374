"""What a newcomer reads is true of the tree."""

from pathlib import Path
import re

import pytest

from visa_ros.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / 'README.md',
    ROOT / 'CONTRIBUTING.md',
    ROOT / 'models' / 'README.md',
    *sorted((ROOT / 'docs').glob('*.md')),
]
LINK = re.compile(r'\]\((?!http)([^)#]+)')
FILE = re.compile(r'`((?:\w+/)+\w+\.(?:py|md|yaml|xml|txt))`')
FOLDER = re.compile(r'^ {4,8}((?:\w+/ ?)+)', re.MULTILINE)


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize('path', DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path):
    missing = [
        link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()
    ]
    assert missing == []


@pytest.mark.parametrize('path', DOCUMENTS, ids=name_of)
def test_files_that_are_named_exist(path):
    roots = (ROOT, ROOT / 'visa_ros')
    named = FILE.findall(path.read_text())
    assert [f for f in named if not any((root / f).exists() for root in roots)] == []


def test_the_tree_in_the_readme_is_the_tree():
    part = (ROOT / 'README.md').read_text().split('## Where things are')[1].split('\n## ')[0]
    outer, inner = [], []
    for line in part.splitlines():
        if match := FOLDER.match(line):
            (inner if line.startswith(' ' * 6) else outer).extend(match[1].split())
    assert [f for f in outer if not (ROOT / f).is_dir()] == []
    ours = {p.parent.name + '/' for p in (ROOT / 'visa_ros').glob('*/__init__.py')}
    assert set(inner) == ours


def test_commands_in_the_readme_exist():
    text = (ROOT / 'README.md').read_text()
    assert set(re.findall(r'visa-ros ([a-z]+)', text)) <= set(COMMANDS)
    targets = set(re.findall(r'^(\w+):', (ROOT / 'Makefile').read_text(), re.MULTILINE))
    for path in (ROOT / 'README.md', ROOT / 'CONTRIBUTING.md'):
        commands = re.findall(r'^    make (\w+)|`make (\w+)', path.read_text(), re.MULTILINE)
        assert {a or b for a, b in commands} <= targets
