import numpy as np
import pytest

from visa_ros.errors import InvalidFrameError
from visa_ros.geometry.camera import camera_from_info, project, rays
from visa_ros.structs import Camera

PLUMB_BOB = (-0.28, 0.07, 0.0002, -0.0003, -0.01)
RATIONAL = (0.6, -2.9, 0.0007, -0.0002, 1.7, 0.5, -2.7, 1.6)
FISHEYE = (0.03, -0.01, 0.004, -0.001)


def camera(model='none', distortion=(), *, f=130.0):
    return Camera(
        width=160,
        height=120,
        fx=f,
        fy=f + 2,
        cx=78.3,
        cy=61.9,
        distortion_model=model,
        distortion=distortion,
    )


CAMERAS = [
    camera(),
    camera('plumb_bob', PLUMB_BOB),
    camera('plumb_bob', PLUMB_BOB[:4]),
    camera('plumb_bob', (0.0,) * 5),
    camera('rational_polynomial', RATIONAL),
    camera('equidistant', FISHEYE),
    camera('equidistant', (0.0,) * 4, f=80.0),
]


@pytest.mark.parametrize('one', CAMERAS, ids=lambda c: f'{c.distortion_model}-{c.fx:g}')
def test_rays_project_onto_their_pixels(one):
    table = rays(one)
    points = np.concatenate((table, np.ones((120, 160, 1), np.float32)), axis=2).reshape(-1, 3)
    v, u = np.mgrid[:120, :160]
    np.testing.assert_allclose(
        project(2.5 * points, one), np.stack((u, v), axis=-1).reshape(-1, 2), atol=0.02
    )
    assert table.dtype == np.float32


@pytest.mark.parametrize(
    ('model', 'distortion'), [('plumb_bob', PLUMB_BOB), ('rational_polynomial', RATIONAL)]
)
def test_brown_distortion_is_that_of_opencv(model, distortion):
    cv2 = pytest.importorskip('cv2')
    one = camera(model, distortion)
    points = np.random.default_rng(0).uniform((-0.4, -0.3, 1), (0.4, 0.3, 3), (50, 3))
    matrix = np.array([[one.fx, 0, one.cx], [0, one.fy, one.cy], [0, 0, 1]])
    theirs, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), matrix, np.array(distortion))
    np.testing.assert_allclose(project(points, one), theirs.reshape(-1, 2), atol=1e-6)


def test_fisheye_distortion_is_kannala_and_brandts():
    one = camera('equidistant', FISHEYE)
    angle = 0.9
    k1, k2, k3, k4 = FISHEYE
    radius = angle + k1 * angle**3 + k2 * angle**5 + k3 * angle**7 + k4 * angle**9
    pixel = project(np.array([[np.tan(angle), 0.0, 1.0]]), one)[0]
    np.testing.assert_allclose(pixel, (one.fx * radius + one.cx, one.cy))


def test_pixels_that_look_sideways_have_no_ray():
    table = rays(camera('equidistant', (0.0,) * 4, f=40.0))
    assert np.isnan(table[0, 0]).all()
    assert np.isfinite(table[60, 80]).all()


def test_rays_without_inverse_are_unknown_instead_of_wrong():
    one = camera('plumb_bob', (-0.9, 0.0, 0.0, 0.0, 0.0), f=60.0)
    table = rays(one)
    known = np.isfinite(table[..., 0])
    assert not known[0, 0]
    assert known[60, 78]
    points = np.concatenate((table[known], np.ones((known.sum(), 1))), axis=1)
    assert np.abs(project(points, one) - np.argwhere(known)[:, ::-1]).max() < 0.2


def test_points_behind_the_camera_have_no_pixel():
    assert np.isnan(project(np.array([[0.1, 0.1, -1.0], [0, 0, 0]]), camera())).all()


def test_table_is_shared_and_read_only():
    table = rays(camera())
    assert rays(camera()) is table
    with pytest.raises(ValueError, match='read-only'):
        table[0, 0] = 0


def test_camera_info_numbers():
    k = [130.0, 0, 78.3, 0, 132.0, 61.9, 0, 0, 1]
    one = camera_from_info(width=160, height=120, k=k, d=PLUMB_BOB, distortion_model='plumb_bob')
    assert one == camera('plumb_bob', PLUMB_BOB)
    assert camera_from_info(width=160, height=120, k=k, distortion_model='') == camera()


@pytest.mark.parametrize(
    'changes',
    [
        {'k': [0.0] * 9},
        {'k': [1.0] * 6},
        {'distortion_model': 'double_sphere'},
        {'distortion_model': 'plumb_bob', 'd': [0.1] * 12},
        {'distortion_model': 'plumb_bob', 'd': [float('nan')] * 5},
    ],
    ids=str,
)
def test_unusable_camera_info_is_refused(changes):
    good = {'width': 160, 'height': 120, 'k': [130.0, 0, 78.3, 0, 132.0, 61.9, 0, 0, 1]}
    with pytest.raises(InvalidFrameError):
        camera_from_info(**{**good, **changes})


def test_unknown_model_names_itself():
    with pytest.raises(InvalidFrameError, match="'thin_prism'"):
        rays(camera('thin_prism', (0.1,)))
