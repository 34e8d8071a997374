"""The simulated camera as a process, and what arrives from it."""

from __future__ import annotations

import json
import signal

from harness import wait_until
import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage

from visa_ros.ros.convert import depth_to_m, image_to_rgb, info_to_camera
from visa_ros.ros.qos import SubscriptionQos
from visa_ros.ros.stamps import ns_of
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.world import World
from visa_ros.sim.worldconfig import WorldConfig

pytestmark = pytest.mark.ros

SEED = 2_000_001
RATE_HZ = 5.0
SMALL = {'width': 96, 'height': 64, 'events': 1, 'duration_s': 4.0, 'objects_max': 5}
LATCHED = SubscriptionQos(reliability='reliable', durability='transient_local')


@pytest.fixture(scope='module')
def streamed(start, client):
    """What a whole clip of the camera brought; it ends by itself."""
    heard = {
        name: client.listen(kind, name)
        for kind, name in ((Image, 'image'), (Image, 'depth'), (Image, 'instances'))
    }
    heard['info'] = client.listen(CameraInfo, 'camera_info')
    heard['tf'] = client.listen(TFMessage, '/tf')
    params = {**SMALL, 'seed': SEED, 'rate_hz': RATE_HZ, 'at_end': 'stop',
              'depth_encoding': '16UC1', 'moving_camera': True}  # fmt: skip
    process = start('-m', 'visa_ros.ros.camera_node', params=params)
    scene = client.fresh(String, '/camera_node/scene', qos=LATCHED)
    assert process.popen.wait(timeout=60) == 0, process.log
    return since_all_were_heard(heard), json.loads(scene.data)


def since_all_were_heard(heard):
    """Drop what came before the last topic was found: DDS finds them one after the other."""
    first_ns = max(stamp_ns_of(messages[0]) for messages in heard.values())
    return {
        name: [msg for msg in messages if stamp_ns_of(msg) >= first_ns]
        for name, messages in heard.items()
    }


def stamp_ns_of(msg):
    return ns_of(
        msg.transforms[0].header.stamp if isinstance(msg, TFMessage) else msg.header.stamp
    )


def by_stamp(messages):
    return {ns_of(msg.header.stamp): msg for msg in messages}


def test_every_topic_has_the_same_stamps_and_frame(streamed):
    heard, scene = streamed
    stamps = set(by_stamp(heard['image']))
    assert len(stamps) >= 3
    assert stamps <= set(by_stamp(heard['depth']))
    assert stamps <= set(by_stamp(heard['info']))
    assert stamps <= set(by_stamp(heard['instances']))
    assert {msg.header.frame_id for msg in heard['image']} == {'camera_optical_frame'}
    for stamp_ns in stamps:
        k = (stamp_ns - scene['start_ns']) * 1e-9 * RATE_HZ
        assert k == pytest.approx(round(k), abs=1e-3)


def test_the_frames_are_those_of_the_world(streamed):
    heard, scene = streamed
    record = SceneRecord.from_json(scene['scene'])
    depth, instances = by_stamp(heard['depth']), by_stamp(heard['instances'])
    poses = {ns_of(m.transforms[0].header.stamp): m.transforms[0] for m in heard['tf']}
    stamps = sorted(by_stamp(heard['image']))
    config = WorldConfig(**SMALL, moving_camera=True)
    with World(SEED, config) as world:
        assert record.objects == world.objects
        assert record.events == world.events
        assert info_to_camera(heard['info'][0]).fx == world.camera.fx
        for stamp_ns in (stamps[0], stamps[-1]):
            world.advance((stamp_ns - scene['start_ns']) * 1e-9)
            shot = world.render()
            rgb = image_to_rgb(by_stamp(heard['image'])[stamp_ns])
            assert np.abs(rgb.astype(int) - shot.frame.rgb).mean() < 1.0
            difference = np.abs(depth_to_m(depth[stamp_ns]) - shot.frame.depth_m)
            assert np.nanmedian(difference) < 2e-3
            ids = np.frombuffer(instances[stamp_ns].data, np.uint16).reshape(64, 96)
            assert (ids != shot.instances).mean() < 0.01
            pose = poses[stamp_ns]
            assert (pose.header.frame_id, pose.child_frame_id) == ('world', 'camera_optical_frame')
            found = pose.transform.translation
            np.testing.assert_allclose(
                (found.x, found.y, found.z), shot.world_from_camera[:3, 3], atol=1e-4
            )


def test_a_looped_clip_starts_anew_and_ends_on_a_signal(start, client):
    params = {**SMALL, 'seed': SEED, 'rate_hz': 10.0, 'at_end': 'loop', 'duration_s': 1.0}
    process = start('-m', 'visa_ros.ros.camera_node', params=params)
    scenes = client.listen(String, '/camera_node/scene', LATCHED)
    scenes.clear()
    wait_until(lambda: len(scenes) > 1, 'the second round')
    first, second = (json.loads(msg.data) for msg in scenes[:2])
    assert second['start_ns'] - first['start_ns'] >= 10**9
    assert first['scene'] == second['scene']
    assert process.stop(signal.SIGINT) == 0
    assert 'Traceback' not in process.log


def test_a_senseless_world_is_named_and_ends_it(start):
    process = start('-m', 'visa_ros.ros.camera_node', params={'events': 9})
    assert process.popen.wait(timeout=60) == 1
    assert 'events: want 0 to 3' in process.log
