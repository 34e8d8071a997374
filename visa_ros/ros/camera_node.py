"""`camera_node`: the camera of the simulated tabletop, as topics."""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage

from visa_ros.ros.camera_params import AtEnd, CameraConfig
from visa_ros.ros.convert import camera_to_info, depth_to_image, labels_to_image, rgb_to_image
from visa_ros.ros.pace import Pace
from visa_ros.ros.params import declare
from visa_ros.ros.process import ProcessNode, run, until_shutdown
from visa_ros.ros.qos import PublisherQos
from visa_ros.ros.stamps import header_of
from visa_ros.ros.tf import stamped_transform
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.world import SimFrame, World
from visa_ros.sim.worldconfig import WorldConfig

_log = logging.getLogger(__name__)

NAME = 'camera_node'
LATCHED = PublisherQos(durability='transient_local', depth=1)
TF = PublisherQos(depth=100)


class CameraNode(ProcessNode):
    """
    Streams a world as it is at every 1/rate_hz s; its time is real time.

    One thread makes the world, renders and publishes; the spinning thread only waits. Where
    rendering is too slow for the rate, frames are left out, the others are the same as ever.
    """

    def __init__(self) -> None:
        super().__init__(NAME)
        self._config = declare(self, CameraConfig())
        self._world_config = declare(self, WorldConfig())
        qos = self._config.qos
        self._image = self._publisher(Image, 'image', qos.image)
        self._depth = self._publisher(Image, 'depth', qos.depth)
        self._info = self._publisher(CameraInfo, 'camera_info', qos.camera_info)
        self._instances = self._publisher(Image, 'instances', qos.instances)
        self._scene = self._publisher(String, '~/scene', LATCHED)
        self._tf = self._publisher(TFMessage, '/tf', TF)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name='visa-camera')
        self._thread.start()
        self.before_destroy(self._halt)

    def _halt(self) -> None:
        self._stop.set()
        self._thread.join()

    def _publisher(self, kind: type[Any], name: str, qos: PublisherQos) -> Any:
        return self.create_publisher(kind, name, qos.profile())

    def _run(self) -> None:
        """Play the clip, again and again if asked to, and say how it ended."""
        try:
            with until_shutdown(self):
                self._play()
                while self._config.at_end == AtEnd.LOOP and not self._stop.is_set():
                    self._play()
        except Exception as error:
            self.finished.set_exception(error)
        else:
            self.finished.set_result(None)

    def _play(self) -> None:
        rate_hz, clip_s = self._config.rate_hz, self._world_config.duration_s
        endless = self._config.at_end == AtEnd.HOLD
        with World(self._config.seed, self._world_config) as world:
            world.render()  # the first picture takes long: start the clock after it
            start_ns = self.get_clock().now().nanoseconds
            self._scene.publish(String(data=self._describe(world, start_ns)))
            _log.info('streaming scene %d at %.1f Hz', self._config.seed, rate_hz)
            pace = Pace(rate_hz, time.monotonic())
            while not self._stop.wait(pace.next(time.monotonic())):
                time_s = pace.index / rate_hz
                if time_s > clip_s and not endless:
                    return
                world.advance(time_s)
                self._publish(world.render(), start_ns + round(1e9 * time_s))

    def _publish(self, shot: SimFrame, stamp_ns: int) -> None:
        frame, config = shot.frame, self._config
        header = header_of(stamp_ns, frame.frame_id)
        self._info.publish(camera_to_info(frame.camera, header))
        self._depth.publish(depth_to_image(frame.depth_m, config.depth_encoding, header))
        self._image.publish(rgb_to_image(frame.rgb, header))
        self._instances.publish(labels_to_image(shot.instances, header))
        pose = stamped_transform(
            shot.world_from_camera,
            stamp_ns=stamp_ns,
            world=config.world_frame,
            camera=frame.frame_id,
        )
        self._tf.publish(TFMessage(transforms=[pose]))

    def _describe(self, world: World, start_ns: int) -> str:
        """Say in JSON what is on the table and what will happen."""
        camera = world.camera
        record = SceneRecord(
            seed=world.seed,
            width=camera.width,
            height=camera.height,
            fx=camera.fx,
            fy=camera.fy,
            cx=camera.cx,
            cy=camera.cy,
            objects=world.objects,
            events=world.events,
            frames=(),
        )
        return json.dumps(
            {
                'start_ns': start_ns,
                'rate_hz': self._config.rate_hz,
                'scene': record.to_json(),
            }
        )


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop or the clip ends; exit code 1 if it cannot."""
    run(CameraNode, NAME, args)


if __name__ == '__main__':
    main()
