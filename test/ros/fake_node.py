"""
The node with a pipeline of stand-ins, as a program of its own.

'slow red' takes its time, 'broken' is a fault of the program; otherwise see fakes.FakeSegmenter.
Where the model is asked again for what is lost, the tracker cannot find it by itself.
"""

from __future__ import annotations

from pathlib import Path
import sys
import time

sys.path.insert(0, str(Path(__file__).parents[1]))

import fakes

from visa_ros.pipeline import Pipeline
from visa_ros.ros.node import main

SLOW_S = 2.0


class Moody(fakes.FakeSegmenter):
    """Slow or broken when asked to be."""

    def ground(self, references, target, instruction, *, max_objects=0):
        if 'slow' in instruction:
            time.sleep(SLOW_S)
        if 'broken' in instruction:
            raise RuntimeError('this is the fault that was asked for')
        return super().ground(references, target, instruction, max_objects=max_objects)


def build(config, settings):
    forgetful = settings.reground.when != 'never'
    tracker = fakes.ForgetfulTracker() if forgetful else fakes.FakeTracker()
    return Pipeline(segmenter=Moody(), tracker=tracker, config=settings)


if __name__ == '__main__':
    main(build_pipeline=build)
