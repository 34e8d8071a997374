"""What RViz and the overlay show of objects, also of those that went away."""

from __future__ import annotations

import fakes
import numpy as np
import pytest
from visualization_msgs.msg import Marker

from visa_ros.geometry.clouds import object_cloud
from visa_ros.ros import markers
from visa_ros.ros.markers import MarkerBoard
from visa_ros.ros.places import draw_places
from visa_ros.ros.stamps import header_of, ns_of
from visa_ros.structs import ObjectState, TrackState

FRAME = fakes.frame_with([('red', 20, 30, 8)])
MASK = fakes.disc_mask(FRAME, 'red')
CLOUD = object_cloud(FRAME, MASK)
VISIBLE, OCCLUDED, LOST = TrackState.VISIBLE, TrackState.OCCLUDED, TrackState.LOST


def there(object_id=3):
    return ObjectState(
        object_id=object_id, query_id=1, label='mug', score=0.9, mask=MASK, cloud=CLOUD
    )


def away(state, object_id=3):
    return ObjectState(
        object_id=object_id, query_id=1, label='mug', score=0.0, mask=np.zeros_like(MASK),
        state=state, last_seen_ns=10**9, last_box_px=(22, 12, 17, 17),
    )  # fmt: skip


@pytest.fixture
def show():
    """Update a board, one second later each time; returns what is sent, by name and id."""
    board, seconds = MarkerBoard(), iter(range(1, 1000))

    def update(*states):
        header = header_of(next(seconds) * 10**9, 'optical')
        return {(m.ns, m.id): m for m in board.update(states, header).markers}

    return update


def gray(marker):
    return marker.color.r == marker.color.g == marker.color.b


def test_an_object_has_a_box_and_a_label(show):
    sent = show(there())
    assert set(sent) == {('boxes', 3), ('labels', 3)}
    assert not gray(sent['boxes', 3])
    assert sent['labels', 3].text == '3 mug'


def test_an_occluded_object_keeps_its_place_in_grey_and_a_lost_one_its_label(show):
    before = show(there())
    assert show(away(VISIBLE)) == {}
    hidden = show(away(OCCLUDED))
    assert all(m.action == Marker.ADD and gray(m) for m in hidden.values())
    assert hidden['labels', 3].text == '3 mug (occluded)'
    assert hidden['boxes', 3].pose == before['boxes', 3].pose
    assert ns_of(hidden['boxes', 3].header.stamp) == 10**9
    assert show(away(OCCLUDED)) == {}
    lost = show(away(LOST))
    assert lost['boxes', 3].action == Marker.DELETE
    assert (lost['labels', 3].text, gray(lost['labels', 3])) == ('3 mug (lost)', True)
    back = show(there())
    assert not gray(back['boxes', 3])
    assert back['labels', 3].text == '3 mug'


def test_what_is_gone_is_taken_away(show):
    show(there(), there(4))
    show(away(OCCLUDED), there(4))
    sent = show(there(4))
    assert {k for k, m in sent.items() if m.action == Marker.DELETE} == {
        ('boxes', 3), ('labels', 3),
    }  # fmt: skip
    assert all(m.action == Marker.DELETE for m in show().values())
    assert show() == {}


def test_what_was_never_seen_has_no_place(show):
    assert show(away(OCCLUDED), away(LOST, 4)) == {}


def test_the_grey_markers_come_back_after_others_were_shown_alone(show):
    show(there())
    show(away(OCCLUDED))
    show(there(4))
    assert show(away(OCCLUDED), there(4))['labels', 3].text == '3 mug (occluded)'


def test_places_are_not_kept_for_ever(show):
    for object_id in range(1, markers._REMEMBERED + 2):
        show(there(object_id))
    assert show(away(OCCLUDED, 1)).keys() == {('boxes', 65), ('labels', 65)}
    assert ('boxes', 2) in show(away(OCCLUDED, 2))


def test_the_overlay_shows_last_places_in_grey():
    plain = FRAME.rgb.copy()
    drawn = draw_places(plain.copy(), [away(OCCLUDED)])
    changed = (drawn != plain).any(axis=2)
    assert changed[12, 22:39].all()
    assert changed[12:29, 22].all()
    assert (drawn[12, 30] == drawn[12, 31]).all()
    for state in (away(VISIBLE), there(), ObjectState(
        object_id=1, query_id=1, label='', score=0.0, mask=np.zeros_like(MASK), state=LOST
    )):  # fmt: skip
        np.testing.assert_array_equal(draw_places(plain.copy(), [state]), plain)
