"""
How many of the names that training does not have are in visa-nano's dictionary, and rightly read.

    python benchmarks/dictionary.py models/visa-nano/text

The names are those of words_validation.json and those that the benchmark keeps for its questions
in new words. Right is one that is read as what its kind is plainly called.
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
    pairs = [(name, kind) for kind, called in names.items() for name in called]
    read = [(dictionary[name], kind) for name, kind in pairs if name in dictionary]
    right = sum(words == kind for words, kind in read)
    print(f'{title}: {len(pairs)} names, {len(read)} in the dictionary, {right} of them right')


if __name__ == '__main__':
    main()
