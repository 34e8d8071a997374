"""An object that disappears and comes back, over DDS; the networks are stand-ins."""

from __future__ import annotations

import signal

from harness import FakeCamera, HERE, stamps_of, wait_until
import numpy as np
import pytest
from sensor_msgs.msg import Image
from visualization_msgs.msg import Marker, MarkerArray

from visa_ros.msg import Object, ObjectArray, Status
from visa_ros.ros.convert import msg_to_mask
from visa_ros.ros.stamps import ns_of

pytestmark = pytest.mark.ros

OBJECTS = '/visa_node/objects'
OCCLUDED_S, LOST_S = 0.4, 1.0


@pytest.fixture(scope='module')
def node(start, client):
    """The node; its tracker cannot find again what it has lost."""
    process = start(
        HERE / 'fake_node.py',
        params={
            'presence.occluded_after_s': OCCLUDED_S,
            'presence.lost_after_s': LOST_S,
            'reground.when': 'on_loss',
            'reground.every_s': 0.5,
        },
    )
    client.ready()
    yield process
    assert process.alive, process.log
    assert process.stop(signal.SIGINT) == 0, process.log
    assert 'Traceback' not in process.log


@pytest.fixture
def camera(client, node):
    with FakeCamera(client) as made:
        made.wait_until_heard()
        yield made


@pytest.fixture
def red(client, camera):
    """The id of something red that is followed."""

    def attempt():
        response = client.ask('red', keep_tracking=True)
        return response if response.status.code == Status.FOUND else None

    response = wait_until(attempt, 'red')
    assert stamps_of(response)
    return response.objects.objects[0].id


def until(client, object_id, state):
    """Wait for a frame from now on in which the object has this state; return both."""

    def wanted(msg):
        return any(o.id == object_id and o.state == state for o in msg.objects)

    msg = client.fresh(ObjectArray, OBJECTS, wanted)
    return msg, next(o for o in msg.objects if o.id == object_id)


def test_it_is_occluded_then_lost_and_keeps_its_id_when_it_returns(client, camera, red, node):
    markers = client.listen(MarkerArray, '/visa_node/markers')
    until(client, red, Object.VISIBLE)
    camera.hidden = ('red',)
    msg, hidden = until(client, red, Object.OCCLUDED)
    assert not hidden.visible
    assert hidden.mask.counts == ''
    gone_s = (ns_of(msg.header.stamp) - ns_of(hidden.last_seen)) / 1e9
    assert gone_s >= OCCLUDED_S
    overlay = client.fresh(Image, '/visa_node/overlay')
    pixels = np.frombuffer(overlay.data, np.uint8).reshape(48, 64, 3)
    assert (pixels == 150).all(axis=2).sum() > 20
    msg, lost = until(client, red, Object.LOST)
    assert (ns_of(msg.header.stamp) - ns_of(lost.last_seen)) / 1e9 >= LOST_S
    assert lost.last_seen == hidden.last_seen
    camera.hidden = ()
    msg, back = until(client, red, Object.VISIBLE)
    assert back.visible
    assert msg_to_mask(back.mask).sum() > 100
    assert [o.id for o in msg.objects].count(red) == 1
    assert f'object {red} (red) is found again' in node.log
    texts = [m.text for array in markers for m in array.markers if m.action == Marker.ADD]
    assert {f'{red} red', f'{red} red (occluded)', f'{red} red (lost)'} <= set(texts)


def test_questions_are_answered_while_something_is_searched(client, camera, red):
    until(client, red, Object.VISIBLE)
    camera.hidden = ('red',)
    until(client, red, Object.LOST)
    for _ in range(5):
        assert client.ask('green').status.code == Status.FOUND
    _, lost = until(client, red, Object.LOST)
    assert lost.id == red
