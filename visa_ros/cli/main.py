"""`visa-ros`: the table of commands."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
import importlib
import logging
import sys
from types import ModuleType

from visa_ros import __version__
from visa_ros.errors import VisaError

# Each module has add_parser(subparsers) and run(args) -> exit code, and imports nothing heavy.
COMMANDS: Mapping[str, str] = {
    'segment': 'visa_ros.cli.segment',
    'demo': 'visa_ros.cli.demo',
    'sim': 'visa_ros.cli.sim',
    'train': 'visa_ros.cli.train',
    'export': 'visa_ros.cli.export',
    'evaluate': 'visa_ros.cli.evaluate',
    'convert': 'visa_ros.cli.convert',
    'backend': 'visa_ros.cli.backend',
    'data': 'visa_ros.cli.data',
}

EXIT_ERROR = 2
EXIT_INTERRUPTED = 130

_EPILOG = """\
examples:
  visa-ros segment kitchen.mp4 "what could I drink from?" -o out/kitchen
  visa-ros segment recording.mcap "the mug left of the bowl" -o out/mug --start 3 --end 10
  visa-ros sim render --seed 7 -o data/scene

`visa-ros COMMAND --help` tells more.
"""


def build_parser() -> argparse.ArgumentParser:
    """Declare all commands."""
    parser = argparse.ArgumentParser(
        prog='visa-ros',
        description="Ask a robot's cameras a question in words.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--version', action='version', version=f'%(prog)s {__version__}')
    parser.add_argument('-v', '--verbose', action='store_true', help='log what is done')
    commands = parser.add_subparsers(dest='command', required=True, metavar='COMMAND')
    for name in COMMANDS:
        _module_of(name).add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: its own, 2 after an error, 130 when interrupted."""
    args = build_parser().parse_args(argv)
    logging.basicConfig(
        level=logging.INFO if args.verbose else logging.WARNING,
        format='%(levelname)s %(name)s: %(message)s',
    )
    try:
        return int(_module_of(args.command).run(args))
    except VisaError as error:
        print(f'visa-ros: {error}', file=sys.stderr)
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _module_of(command: str) -> ModuleType:
    return importlib.import_module(COMMANDS[command])


if __name__ == '__main__':
    sys.exit(main())
