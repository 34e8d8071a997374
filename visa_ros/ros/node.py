"""`visa_node`: a camera's topics in, answers to questions and tracked objects out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
import logging
import time

from rclpy.clock import Clock, ClockType

from visa_ros.api import load_pipeline
from visa_ros.config import PipelineConfig
from visa_ros.follow.catchup import StepCost
from visa_ros.paths import model_dir
from visa_ros.pipeline import Backlog, build_buffer, Pipeline
from visa_ros.ros.inputs import CameraInput
from visa_ros.ros.outputs import Outputs
from visa_ros.ros.params import declare, NodeConfig
from visa_ros.ros.process import ProcessNode, run
from visa_ros.ros.queries import QueryServer
from visa_ros.ros.tickets import Ticket
from visa_ros.ros.window import Moment, SharedWindow
from visa_ros.structs import Frame
from visa_ros.worker import Worker

_log = logging.getLogger(__name__)

NAME = 'visa_node'
_LOOK_PERIOD_S = 1.0

BuildPipeline = Callable[[NodeConfig, PipelineConfig], Pipeline]


class VisaNode(ProcessNode):
    """
    Wires the camera to the pipeline and the pipeline to the topics.

    The thread that spins the node receives frames and requests; the worker's thread owns the
    pipeline and publishes. They share the window and nothing else.
    """

    def __init__(self, build_pipeline: BuildPipeline) -> None:
        super().__init__(NAME)
        self._config = declare(self, NodeConfig())
        settings = declare(self, PipelineConfig())
        self._window = SharedWindow(build_buffer(settings.window))
        self._pipeline = build_pipeline(self._config, settings)
        self._epoch = 0
        self._cost = StepCost()
        self._outputs = Outputs(self, self._config.qos)
        self._worker = Worker('visa-pipeline', max_waiting=self._config.query.max_waiting)
        self.before_destroy(self._worker.close)
        self._input = CameraInput(self, self._config.input, self._config.qos, self._on_frame)
        QueryServer(self, self._worker, self._config.query, self._answer)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_LOOK_PERIOD_S, self._input.look, clock=steady)
        _log.info('ready: model %s on %s', self._config.model, self._config.device)

    def _on_frame(self, frame: Frame) -> None:
        moment = self._window.push(frame)
        if moment is not None:
            self._worker.offer(partial(self._follow, moment))

    def _follow(self, moment: Moment) -> None:
        """Track the objects on the newest frame; in the worker's thread."""
        self._enter(moment)
        frame, steps, began_s = moment.frames[-1], self._pipeline.steps, time.monotonic()
        states = self._pipeline.track(
            frame,
            clouds=self._outputs.clouds_wanted,
            backlog=Backlog(frames=moment.frames, step_s=self._cost.step_s),
        )
        self._cost.add(self._pipeline.steps - steps, time.monotonic() - began_s)
        self._outputs.publish(frame, states)
        if self._pipeline.reground_due(frame.stamp_ns):
            self._worker.offer(self._reground, 'reground')

    def _reground(self) -> None:
        """Ask the model again for an object that is lost; in the worker's thread."""
        moment = self._window.now()
        if moment.epoch == self._epoch and moment.frames:
            self._pipeline.reground(moment.frames, stop=self._busy)

    def _busy(self) -> bool:
        return self._worker.waiting or self._worker.closed

    def _answer(self, ticket: Ticket) -> None:
        """Answer one request; in the worker's thread."""
        moment = self._window.recent(self._config.input.stale_after_s, self._input.trouble)
        self._enter(moment)
        answer = self._pipeline.ask(
            ticket.query, moment.frames, deadline=ticket.check, step_s=self._cost.step_s
        )
        if not ticket.reply(answer, moment.frames[-1]):
            self._pipeline.forget(state.object_id for state in answer.objects)
        elif answer.objects:
            self._outputs.publish(moment.frames[-1], answer.objects)

    def _enter(self, moment: Moment) -> None:
        """Forget what was learned before time jumped back."""
        if moment.epoch != self._epoch:
            self._epoch = moment.epoch
            self._pipeline.reset()


def load(config: NodeConfig, settings: PipelineConfig) -> Pipeline:
    """
    Load the trained networks and run them once, so that the first answer comes as fast as others.

    CheckpointError or ConfigError if they cannot be used.
    """
    folder = model_dir(config.model)  # looked for before torch is loaded, which takes long
    pipeline = load_pipeline(
        folder,
        config.device,
        settings,
        precision=config.precision,
        quantization=config.quantization,
    )
    pipeline.warm_up()
    return pipeline


def main(args: list[str] | None = None, build_pipeline: BuildPipeline = load) -> None:
    """Run the node until it is told to stop; exit code 1 if it cannot start."""
    run(lambda: VisaNode(build_pipeline), NAME, args)


if __name__ == '__main__':
    main()
