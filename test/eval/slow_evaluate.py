"""`visa-ros evaluate` with a stand-in for the model, slow enough to be killed in the middle."""

from pathlib import Path
import sys
import time

from fakes import FakeSegmenter, FakeTracker

import visa_ros.api
from visa_ros.cli.main import main
from visa_ros.pipeline import Pipeline


class Slow:
    """Notes what it is asked, then takes its time."""

    def __init__(self, log, seconds):
        self._log, self._seconds = log, seconds
        self._pipeline = Pipeline(segmenter=FakeSegmenter(), tracker=FakeTracker())

    def ask(self, query, frames):
        with self._log.open('a') as file:
            file.write(query.instruction + '\n')
        time.sleep(self._seconds)
        return self._pipeline.ask(query, frames)


if __name__ == '__main__':
    log, seconds, *words = sys.argv[1:]
    visa_ros.api.load_pipeline = lambda *_, **__: Slow(Path(log), float(seconds))
    sys.exit(main(words))
