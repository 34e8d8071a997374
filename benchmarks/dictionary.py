"""
How many of the names that no training shows are in visa-nano's dictionary, and rightly read.

    python benchmarks/dictionary.py models/visa-nano/text

The names are those of words_validation.json and those that the benchmark keeps for its questions
in new words. A name counts as read where the dictionary changes it, and as right where it then
ends with what training calls its kind.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from visa_ros.model.dictionary import Dictionary, load_dictionary
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.train.wordings import validation_words


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('text', type=Path, help='folder of the instruction encoder')
    dictionary = load_dictionary(parser.parse_args().text)
    print(f'{len(dictionary)} names, the plurals among them')
    _count('validation', dictionary, validation_words().names)
    _count('benchmark', dictionary, {k: c.held_out_names for k, c in CATEGORIES.items()})


def _count(title: str, dictionary: Dictionary, names: Mapping[str, Sequence[str]]) -> None:
    all_names = [(name, kind) for kind, called in names.items() for name in called]
    read = [(dictionary.plain(name), kind) for name, kind in all_names if name in dictionary]
    parts = [
        (dictionary.plain(name), kind)
        for name, kind in all_names
        if name not in dictionary and dictionary.plain(name) != name
    ]
    right = sum(words == kind for words, kind in read)
    ending = sum(words.endswith(kind) for words, kind in parts)
    print(
        f'{title}: {len(all_names)} names; in the dictionary {len(read)}, right {right}; '
        f'a word of it in there {len(parts)}, right {ending}'
    )


if __name__ == '__main__':
    main()
