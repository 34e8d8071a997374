"""The node, a camera and a client, each over DDS; the networks are stand-ins."""

from __future__ import annotations

from harness import FakeCamera, masks_alone, SENT, stamps_of, wait_until
import numpy as np
import pytest
from sensor_msgs.msg import Image, PointCloud2
from visualization_msgs.msg import Marker, MarkerArray

from visa_ros.msg import Object, ObjectArray, Status
from visa_ros.ros.convert import CLOUD_POINT, msg_to_mask
from visa_ros.ros.qos import PublisherQos
from visa_ros.ros.stamps import ns_of

pytestmark = [pytest.mark.ros, pytest.mark.usefixtures('fake_node')]

OBJECTS = '/visa_node/objects'


def until_it_sees(client, status=Status.FOUND, instruction='red', **fields):
    """Ask again and again until the answer has this status."""

    def attempt():
        response = client.ask(instruction, **fields)
        return response if response.status.code == status else None

    return wait_until(attempt, f'status {status}')


def points_of(cloud):
    """Points of a cloud message as a structured array."""
    return np.frombuffer(cloud.data, CLOUD_POINT)


def red_is_live(client, visible=True):
    """Wait for a frame after now on which something red is tracked; return the message."""

    def wanted(msg):
        return any(o.label == 'red' and o.visible == visible for o in msg.objects)

    return client.fresh(ObjectArray, OBJECTS, wanted)


def test_a_question_before_any_image_is_stale(client):
    response = client.ask('red')
    assert response.status.code == Status.STALE_INPUT
    assert 'no image yet' in response.status.message
    assert response.query_id == 0
    assert not response.masks.frames
    assert not response.objects.objects


def test_masks_carry_the_stamps_of_the_frames(client, camera):
    response = until_it_sees(client, keep_tracking=False)
    assert response.status.message == ''
    assert response.query_id > 0
    stamps = stamps_of(response)
    assert stamps == sorted(stamps)
    assert set(stamps) <= SENT
    assert ns_of(response.objects.header.stamp) == stamps[-1]
    assert response.objects.header.frame_id == 'camera_optical_frame'
    for frame in response.masks.frames:
        assert list(frame.ids) == [response.objects.objects[0].id]
        assert msg_to_mask(frame.masks[0]).sum() > 50
    stages = {t.stage: t.ms for t in response.timing}
    assert {'wait', 'ground', 'total'} <= stages.keys()
    assert stages['total'] >= stages['ground'] >= 0


def test_a_window_of_stamps_is_kept_to(client, camera):
    until_it_sees(client)
    wait_until(lambda: len(camera.stamps) > 15, 'some frames')
    start_ns, end_ns = camera.stamps[-10], camera.stamps[-3]
    response = client.ask('red', window_start_ns=start_ns, window_end_ns=end_ns)
    stamps = stamps_of(response)
    assert stamps
    assert start_ns <= stamps[0] <= stamps[-1] <= end_ns
    now_ns = ns_of(response.objects.header.stamp)
    assert now_ns > end_ns
    (red,) = response.objects.objects
    assert red.region.x_offset == 4 + 4 * (now_ns // 200_000_000 % 10)
    assert (red.state, ns_of(red.last_seen)) == (Object.VISIBLE, now_ns)


def test_what_is_not_there_is_absent_and_has_no_masks(client, camera):
    response = until_it_sees(client, Status.ABSENT, 'a unicorn')
    assert response.answer
    assert response.status.message
    assert not response.masks.frames
    assert not response.objects.objects


def test_several_are_ambiguous_where_one_is_asked_for(client, camera):
    response = until_it_sees(client, Status.AMBIGUOUS, 'the green one')
    assert len(response.objects.objects) == 2
    assert len(client.ask('green', max_objects=1).objects.objects) == 1


def test_objects_are_tracked_on_live_frames(client, camera):
    response = until_it_sees(client, keep_tracking=True)
    live = red_is_live(client)
    tracked = {o.id: o for o in live.objects}[response.objects.objects[0].id]
    assert ns_of(live.header.stamp) in camera.stamps
    assert tracked.query_id == response.query_id
    assert tracked.region.width > 5
    assert msg_to_mask(tracked.mask).sum() > 50


def test_the_cloud_lies_where_the_object_is(client, camera):
    response = until_it_sees(client, keep_tracking=True)
    asked = response.objects.objects[0]
    assert asked.cloud_size > 0
    assert asked.centroid.z == pytest.approx(1.0, abs=0.02)
    cloud = client.fresh(PointCloud2, '/visa_node/cloud', lambda msg: msg.width > 0)
    points = points_of(cloud)
    points = points[points['id'] == asked.id]
    assert cloud.header.frame_id == 'camera_optical_frame'
    np.testing.assert_allclose(points['z'], 1.0, atol=0.02)
    column = 12 + 4 * (ns_of(cloud.header.stamp) // 200_000_000 % 10)
    assert points['x'].mean() == pytest.approx((column - 31.5) / 64, abs=0.03)
    assert points['y'].mean() == pytest.approx((12 - 23.5) / 64, abs=0.03)
    rgb = points['rgb'][0]
    assert (rgb >> 16, rgb >> 8 & 255, rgb & 255) == (220, 30, 30)


def test_pictures_and_markers_show_the_objects(client, camera):
    response = until_it_sees(client, keep_tracking=True)
    object_id = response.objects.objects[0].id

    def shows_it(msg):
        return object_id in np.frombuffer(msg.data, np.uint16)

    labels = client.fresh(Image, '/visa_node/label_image', shows_it)
    assert (labels.encoding, labels.height, labels.width) == ('mono16', 48, 64)
    overlay = client.fresh(Image, '/visa_node/overlay')
    assert (overlay.encoding, overlay.step) == ('rgb8', 3 * 64)
    markers = client.fresh(MarkerArray, '/visa_node/markers', lambda msg: msg.markers)
    shown = {(m.ns, m.id): m for m in markers.markers if m.action == Marker.ADD}
    assert shown['labels', object_id].text == f'{object_id} red'
    assert shown['boxes', object_id].scale.x > 0.1


def test_without_depth_there_are_masks_but_no_clouds(client, camera, fake_node):
    log = fake_node.later_log()
    camera.depth = False
    response = wait_until(
        lambda: next((r for r in [client.ask('red', window_s=0.2)] if masks_alone(r)), None),
        'an answer without clouds',
    )
    assert stamps_of(response)
    assert np.isnan(response.objects.objects[0].centroid.x)
    wait_until(lambda: '/depth is announced by 1 publisher' in log(), 'the report')
    camera.depth = True
    wait_until(lambda: '/depth arrives again' in log(), 'the end of it')


def test_a_wrong_encoding_is_named_and_passes(client, camera, fake_node):
    until_it_sees(client)
    log = fake_node.later_log()
    camera.encoding = 'plaid7'
    response = until_it_sees(client, Status.STALE_INPUT)
    assert 'plaid7' in response.status.message
    errors = [line for line in log().splitlines() if 'ERROR' in line and 'plaid7' in line]
    assert len(errors) == 1
    camera.encoding = None
    until_it_sees(client)
    assert 'image: all right again' in log()


def test_a_camera_that_dies_is_reported_and_may_come_back(client, camera, fake_node):
    until_it_sees(client)
    log = fake_node.later_log()
    camera.close()
    response = until_it_sees(client, Status.STALE_INPUT)
    assert 'check that the camera runs' in response.status.message
    wait_until(lambda: '/image has no publisher' in log(), 'the report')
    log = fake_node.later_log()
    with FakeCamera(client) as back:
        back.wait_until_heard()
        until_it_sees(client)
        wait_until(lambda: '/image arrives again' in log(), 'the end of it')


def test_time_may_jump_back(client, camera, fake_node):
    first = until_it_sees(client, keep_tracking=True)
    red_is_live(client)
    log, before_ns = fake_node.later_log(), camera.stamps[-1]
    camera.offset_ns -= 100 * 10**9

    def restarted(msg):
        return ns_of(msg.header.stamp) < before_ns and not msg.objects

    client.fresh(ObjectArray, OBJECTS, restarted)
    response = until_it_sees(client, keep_tracking=True)
    assert max(stamps_of(response)) < before_ns
    assert response.objects.objects[0].id > first.objects.objects[0].id
    assert 'time jumped back by' in log()
    red_is_live(client)


@pytest.mark.parametrize(
    ('fields', 'why'),
    [
        ({'instruction': ''}, 'empty'),
        ({'instruction': ' \n'}, 'empty'),
        ({'instruction': 'red ' * 25_000}, '100000 characters'),
        ({'instruction': 'red', 'window_s': -1.0}, 'window_s'),
        ({'instruction': 'red', 'window_s': float('nan')}, 'window_s'),
        ({'instruction': 'red', 'timeout_s': -1.0}, 'timeout_s'),
        ({'instruction': 'red', 'window_start_ns': 5, 'window_end_ns': 4}, 'ends before'),
    ],
    ids=str,
)
def test_a_bad_request_is_told_why(client, fields, why):
    response = client.ask(**fields)
    assert response.status.code == Status.BAD_REQUEST
    assert why in response.status.message
    assert response.query_id == 0


def test_a_window_without_frames_is_stale(client, camera):
    until_it_sees(client)
    response = client.ask('red', window_start_ns=1, window_end_ns=2)
    assert response.status.code == Status.STALE_INPUT


def test_a_fault_is_internal_and_logged(client, camera, fake_node):
    until_it_sees(client)
    response = client.ask('broken')
    assert response.status.code == Status.INTERNAL
    assert 'the fault that was asked for' in response.status.message
    assert 'Traceback' in fake_node.log
    until_it_sees(client)


def test_images_go_on_while_a_question_is_answered(client, camera):
    until_it_sees(client)
    future = client.send('slow red', keep_tracking=False)
    asked_ns = camera.stamps[-1]
    wait_until(future.done, 'the slow answer')
    during = [s for s in camera.stamps if s > asked_ns]
    response = client.ask('red')
    assert len(during) > 4
    assert len(set(stamps_of(response)) & set(during)) > 2


def test_an_answer_that_takes_too_long_is_given_up(client, camera):
    until_it_sees(client)
    before = tracked_ids(client)
    response = client.ask('slow red', timeout_s=0.3, keep_tracking=True)
    assert response.status.code == Status.TIMEOUT
    assert '0.3 s' in response.status.message
    until_it_sees(client, keep_tracking=False)
    assert tracked_ids(client) == before


def tracked_ids(client):
    """Ids of the objects on a live frame from now on."""
    client.fresh(ObjectArray, OBJECTS)  # the last answer may be in there
    return {o.id for o in client.fresh(ObjectArray, OBJECTS).objects}


def test_too_many_questions_are_turned_away(client, camera):
    until_it_sees(client)
    futures = [client.send('slow red', timeout_s=30.0) for _ in range(5)]
    for future in futures:
        wait_until(future.done, 'all answers')
    codes = [future.result().status.code for future in futures]
    assert Status.TIMEOUT in codes
    assert codes.count(Status.FOUND) >= 2
    turned_away = next(f.result() for f in futures if f.result().status.code == Status.TIMEOUT)
    assert 'waiting already' in turned_away.status.message


def test_best_effort_cameras_are_heard(client):
    with FakeCamera(client, PublisherQos(reliability='best_effort')) as camera:
        camera.wait_until_heard()
        assert camera.stamps[-1] - stamps_of(until_it_sees(client))[-1] < 10**9
