"""Processes, a client and a camera for tests over real DDS."""

from __future__ import annotations

import contextlib
from pathlib import Path
import signal
import subprocess
import sys
import threading
import time

import fakes
import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from sensor_msgs.msg import CameraInfo, Image

from visa_ros.msg import ObjectArray, Status
from visa_ros.ros.convert import camera_to_info, depth_to_image, rgb_to_image
from visa_ros.ros.greeting import Greeting
from visa_ros.ros.qos import PublisherQos, SubscriptionQos
from visa_ros.ros.stamps import header_of, ns_of, stamp_of
from visa_ros.srv import Query

HERE = Path(__file__).parent
PATIENCE_S = 40.0  # for a machine that is busy; nothing is asserted about speed
START_S = 180.0
START_NS = 1_000 * 10**9
STARTED_S = time.monotonic()  # stamps go on from one camera to the next
SENT = set()  # stamps of all images of all cameras


def wait_until(condition, what, patience_s=PATIENCE_S):
    """Poll until the condition gives something true, and return that."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f'waited {patience_s} s for {what}')


class Process:
    """A node in a process of its own; its log is kept."""

    def __init__(self, command, log_path, params=None, remaps=()):
        self.log_path = Path(log_path)
        ros_args = [f'{name}:={value}' for name, value in (params or {}).items()]
        arguments = [a for pair in ros_args for a in ('-p', pair)]
        arguments += [a for pair in remaps for a in ('-r', pair)]
        with self.log_path.open('w') as log:
            self.popen = subprocess.Popen(
                [sys.executable, *map(str, command), '--ros-args', *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self):
        return self.log_path.read_text()

    def later_log(self):
        """Return a function that gives what is logged from now on."""
        start = len(self.log)
        return lambda: self.log[start:]

    @property
    def alive(self):
        return self.popen.poll() is None

    def stop(self, how=signal.SIGINT):
        """Ask it to end; return its exit code."""
        if self.alive:
            self.popen.send_signal(how)
        try:
            return self.popen.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise

    def kill(self):
        """End it for certain."""
        if self.alive:
            self.popen.kill()
        self.popen.wait()


class Client:
    """A node in the test's process that asks and listens; it spins in a thread."""

    def __init__(self, namespace=''):
        self.node = rclpy.create_node('test_client', namespace=namespace)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._thread = threading.Thread(target=self._spin)
        self._thread.start()
        self._query = self.node.create_client(Query, 'visa_node/query')
        self._heard = {}

    def _spin(self):
        with contextlib.suppress(ExternalShutdownException):
            self._executor.spin()

    def close(self):
        self._executor.shutdown()
        self._thread.join()
        self.node.destroy_node()

    def call(self, function):
        """Run something in the thread that spins, where entities may be destroyed."""
        task = self._executor.create_task(function)
        wait_until(task.done, 'the spinning thread')
        return task.result()

    def ready(self):
        """Wait until the node has loaded its model and its replies arrive."""
        greeting = Greeting(self._query, Query.Request)
        wait_until(greeting.answered, 'the node to come up', START_S)

    def send(self, instruction, *, window_start_ns=0, window_end_ns=0, **fields):
        """Send a request; return a future."""
        request = Query.Request(instruction=instruction, **fields)
        request.window_start = stamp_of(window_start_ns)
        request.window_end = stamp_of(window_end_ns)
        return self._query.call_async(request)

    def ask(self, instruction, **fields):
        """Send a request and wait for the response."""
        future = self.send(instruction, **fields)
        wait_until(future.done, f'the answer to {instruction[:40]!r}')
        return future.result()

    def listen(self, kind, topic, qos=None):
        """Collect the messages of a topic; return the list that grows."""
        if topic not in self._heard:
            self._heard[topic] = heard = []
            profile = (qos or SubscriptionQos(reliability='reliable', depth=20)).profile()
            self.node.create_subscription(kind, topic, heard.append, profile)
        return self._heard[topic]

    def fresh(self, kind, topic, want=lambda msg: True, qos=None):
        """Wait for a message that arrives from now on and is as wanted."""
        heard = self.listen(kind, topic, qos)
        heard.clear()
        return wait_until(
            lambda: next((m for m in list(heard) if want(m)), None), f'a message on {topic}'
        )


class FakeCamera:
    """
    Publishes coloured discs at 10 Hz from a thread: a red one that moves, two green ones.

    Its attributes may be changed while it runs.
    """

    def __init__(self, client, qos=None, info_qos=None):
        profile = (qos or PublisherQos()).profile()
        info_profile = (info_qos or PublisherQos()).profile()
        self.encoding = None  # a wrong one, to be claimed instead of rgb8
        self.depth = self.info = True
        self.hidden = ()  # colours that are not there
        self.offset_ns = START_NS
        self.stamps = []
        self._client, node = client, client.node
        self._publishers = (
            node.create_publisher(Image, 'image', profile),
            node.create_publisher(Image, 'depth', profile),
            node.create_publisher(CameraInfo, 'camera_info', info_profile),
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def wait_until_heard(self):
        """Wait until the node publishes about an image of this camera."""
        self._client.fresh(
            ObjectArray, 'visa_node/objects', lambda msg: ns_of(msg.header.stamp) in self.stamps
        )

    def close(self):
        self._stop.set()
        self._thread.join()
        self._client.call(self._destroy)

    def _destroy(self):
        for publisher in self._publishers:
            self._client.node.destroy_publisher(publisher)
        self._publishers = ()

    def _run(self):
        while not self._stop.wait(0.1):
            stamp_ns = self.offset_ns + round(1e9 * (time.monotonic() - STARTED_S))
            self.publish(stamp_ns)

    def publish(self, stamp_ns):
        image, depth, info = self._publishers
        frame = scene(stamp_ns, self.hidden)
        header = header_of(stamp_ns, frame.frame_id)
        msg = rgb_to_image(frame.rgb, header)
        if self.encoding:
            msg.encoding = self.encoding
        if self.info:
            info.publish(camera_to_info(frame.camera, header))
        if self.depth:
            depth.publish(depth_to_image(frame.depth_m, '32FC1', header))
        self.stamps.append(stamp_ns)
        SENT.add(stamp_ns)
        image.publish(msg)


def scene(stamp_ns, hidden=()):
    """The picture that belongs to a stamp, without some of the colours."""
    column = 12 + 4 * (stamp_ns // 200_000_000 % 10)
    discs = [('red', 12, column, 8), ('green', 36, 12, 5), ('green', 36, 50, 4)]
    return fakes.frame_with([d for d in discs if d[0] not in hidden], stamp_ns=stamp_ns)


def masks_alone(response):
    """Whether something was found, and has no cloud."""
    return response.status.code == Status.FOUND and not response.objects.objects[0].cloud_size


def stamps_of(response):
    """Stamps of the mask sequence of a response."""
    return [ns_of(frame.header.stamp) for frame in response.masks.frames]
