"""What the demo reads from messages; that they arrive is tested with the whole demo."""

from demo.scenes import LEFT, square
import numpy as np
import pytest

from visa_ros.structs import ObjectCloud, ObjectState

pytest.importorskip('visa_ros.msg', reason='the messages are not built')

from visa_ros.ros.convert import cloud_to_msg
from visa_ros.ros.demo_client import clouds_of
from visa_ros.ros.stamps import header_of


def state(object_id, rng):
    points = rng.normal(size=(20, 3)).astype(np.float32)
    cloud = ObjectCloud(
        points_m=points,
        colors=rng.integers(0, 256, (20, 3), dtype=np.uint8),
        centroid_m=points.mean(axis=0),
        box_center_m=points.mean(axis=0),
        box_rotation=np.eye(3),
        box_size_m=np.ones(3),
    )
    mask = square(LEFT)
    return ObjectState(
        object_id=object_id, query_id=1, label='', score=1.0, mask=mask, cloud=cloud
    )


def test_clouds_come_back_as_they_were_published():
    rng = np.random.default_rng(0)
    states = [state(object_id, rng) for object_id in (3, 4, 70_000)]
    found = clouds_of(cloud_to_msg(states, header_of(1, 'camera')), {4, 70_000, 5})
    assert found.keys() == {4, 70_000}
    for sent in states[1:]:
        np.testing.assert_array_equal(found[sent.object_id].points_m, sent.cloud.points_m)
        np.testing.assert_array_equal(found[sent.object_id].colors, sent.cloud.colors)
