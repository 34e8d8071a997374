"""The shipped model, the simulated camera and a client, each in a process of its own."""

from __future__ import annotations

import json

from harness import wait_until
import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from std_msgs.msg import String

from visa_ros.geometry.lifting import lift_mask
from visa_ros.msg import ObjectArray, Status
from visa_ros.ros.convert import CLOUD_POINT, depth_to_m, info_to_camera, msg_to_mask
from visa_ros.ros.qos import SubscriptionQos
from visa_ros.ros.stamps import ns_of
from visa_ros.sim.record import SceneRecord

pytestmark = pytest.mark.ros

LATCHED = SubscriptionQos(reliability='reliable', durability='transient_local')
SEED = 2_000_002  # its objects are near
STILL = {'events': 0, 'objects_min': 6}
QUESTIONS = 4
GOOD_IOU = 0.6
NEAR_M = 0.03


class Table:
    """The camera's truth, by stamp, and the scene."""

    def __init__(self, client):
        self._heard = {
            'instances': client.listen(Image, 'instances'),
            'depth': client.listen(Image, 'depth'),
        }
        self._infos = client.listen(CameraInfo, 'camera_info')
        scene = client.fresh(String, '/camera_node/scene', qos=LATCHED)
        self.record = SceneRecord.from_json(json.loads(scene.data)['scene'])

    def _at(self, topic, stamp_ns):
        def find():
            heard = self._heard[topic]
            return next((m for m in heard if ns_of(m.header.stamp) == stamp_ns), None)

        return wait_until(find, f'{topic} of the frame')

    def mask(self, stamp_ns, instance_id):
        msg = self._at('instances', stamp_ns)
        ids = np.frombuffer(msg.data, np.uint16).reshape(msg.height, msg.width)
        return ids == instance_id

    def points(self, stamp_ns, mask):
        depth_m = depth_to_m(self._at('depth', stamp_ns))
        return lift_mask(depth_m, mask, info_to_camera(self._infos[0]))

    def single_objects(self):
        """Objects that are the only ones of their category."""
        categories = [o.category for o in self.record.objects]
        return [o for o in self.record.objects if categories.count(o.category) == 1]


@pytest.fixture(scope='module')
def table(start, client):
    """Camera and node, running; nothing happens on the table."""
    params = {'seed': SEED, 'width': 320, 'height': 240, 'rate_hz': 4.0, **STILL}
    camera = start('-m', 'visa_ros.ros.camera_node', params=params)
    node = start('-m', 'visa_ros.ros.node', params={'query.timeout_s': 60.0})
    yield Table(client)
    assert camera.stop() == 0, camera.log
    assert node.stop() == 0, node.log
    assert 'Traceback' not in node.log


@pytest.fixture(scope='module')
def answers(table, client):
    """What the node says about objects that are the only ones of their kind."""
    client.ready()
    client.fresh(ObjectArray, '/visa_node/objects')
    asked = table.single_objects()[:QUESTIONS]
    return [(o, client.ask(f'the {o.category}', window_s=1.0, keep_tracking=True)) for o in asked]


def iou(one, other):
    return (one & other).sum() / max(1, (one | other).sum())


def good_ones(table, answers):
    """Objects that were found well, with what the answer says about them."""
    for truth, response in answers:
        stamp_ns = ns_of(response.objects.header.stamp)
        for found in response.objects.objects:
            mask = table.mask(stamp_ns, truth.instance_id)
            if found.visible and iou(msg_to_mask(found.mask), mask) > GOOD_IOU:
                yield stamp_ns, mask, found


def test_every_question_gets_an_answer(answers):
    codes = {response.status.code for _, response in answers}
    said = {Status.FOUND, Status.ABSENT, Status.AMBIGUOUS, Status.NOT_VISIBLE_NOW}
    assert codes
    assert codes <= said
    assert all(response.timing for _, response in answers)


def test_masks_are_on_frames_of_the_camera(table, answers):
    for truth, response in answers:
        for frame in response.masks.frames:
            table.mask(ns_of(frame.header.stamp), truth.instance_id)
            assert frame.header.frame_id == 'camera_optical_frame'


def test_clouds_lie_where_the_objects_are(table, answers):
    found = list(good_ones(table, answers))
    assert found, 'no object was found well'
    for stamp_ns, mask, obj in found:
        centre = table.points(stamp_ns, mask).mean(axis=0)
        at = np.array([obj.centroid.x, obj.centroid.y, obj.centroid.z])
        assert obj.cloud_size > 0
        assert np.linalg.norm(at - centre) < NEAR_M, obj.label


def test_objects_are_followed_live_with_their_clouds(table, answers, client):
    ids = {obj.id for _, _, obj in good_ones(table, answers)}

    def shows_one(msg):
        return any(o.id in ids and o.visible for o in msg.objects)

    assert client.fresh(ObjectArray, '/visa_node/objects', shows_one)
    cloud = client.fresh(PointCloud2, '/visa_node/cloud', lambda msg: msg.width > 0)
    points = np.frombuffer(cloud.data, CLOUD_POINT)
    assert set(points['id']) & ids
