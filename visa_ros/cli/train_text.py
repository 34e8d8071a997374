"""`visa-ros train text` and `dictionary`: how visa-nano reads; nothing is learned."""

from __future__ import annotations

import argparse
from pathlib import Path

PARTS = ('text', 'dictionary')


def add_parsers(parts: argparse._SubParsersAction) -> None:
    """Declare the arguments of both parts."""
    text = parts.add_parser('text', help='write the frozen instruction encoder (no training)')
    text.add_argument('-o', '--out', type=Path, required=True, help='folder to write')
    dictionary = parts.add_parser(
        'dictionary',
        help='write what further names mean, by WordNet (no training)',
        epilog='visa-ros train dictionary -o models/visa-nano/text',
    )
    add = dictionary.add_argument
    add('-o', '--out', type=Path, required=True, help='folder of the instruction encoder')
    add(
        '--wordnet',
        type=Path,
        metavar='DEB|DIR',
        help="Debian's wordnet-base, or a folder with its files; else it is fetched with apt-get",
    )


def run(args: argparse.Namespace) -> int:
    """Write a part; returns the exit code."""
    if args.part == 'text':
        from visa_ros.train.text_side import write_text_encoder

        print(f'{args.out}: {write_text_encoder(args.out)} word pieces')
    else:
        from visa_ros.train.dictionary import write_dictionary

        print(f'{args.out}: {write_dictionary(args.out, args.wordnet)} names')
    return 0
