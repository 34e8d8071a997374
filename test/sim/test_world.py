import mujoco
import numpy as np
import pytest

from visa_ros.errors import ConfigError, SimulationError
from visa_ros.sim import cameras, gl
from visa_ros.sim.layout import (
    apart,
    arrange,
    draw_cast,
    footprint,
    hull,
    share_inside,
    Spot,
    Thing,
)
from visa_ros.sim.objects import make_object, MAKERS
from visa_ros.sim.record import SceneRecord
from visa_ros.sim.render import SceneRenderer
from visa_ros.sim.scene import build
from visa_ros.sim.shapes import grounded, Model, sphere
from visa_ros.sim.world import record_clip, World, WorldConfig

SMALL = WorldConfig(width=160, height=120, events=0)


@pytest.fixture(scope='module')
def shots():
    frames = {}
    for seed in range(6):
        with World(seed, SMALL) as world:
            frames[seed] = (world, world.render())
    return frames


def test_the_same_seed_gives_the_same_pixels_and_record():
    config = WorldConfig(width=96, height=72, events=2, duration_s=2.0, moving_camera=True)
    clips = []
    for _ in range(2):
        with World(11, config) as world:
            clips.append(record_clip(world, frames=4, rate_hz=2.0))
    (record, first), (other, second) = clips

    assert record == other
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.frame.rgb, b.frame.rgb)
        np.testing.assert_array_equal(a.frame.depth_m, b.frame.depth_m)
        np.testing.assert_array_equal(a.instances, b.instances)
    assert SceneRecord.from_json(record.to_json()) == record


def test_other_seeds_give_other_scenes(shots):
    casts = {tuple(o.category for o in world.objects) for world, _ in shots.values()}
    assert len(casts) == len(shots)


def test_frames_keep_the_contract(shots):
    for world, shot in shots.values():
        assert shot.frame.rgb.shape == (120, 160, 3)
        assert shot.frame.camera == world.camera
        assert shot.frame.stamp_ns == shot.info.stamp_ns == 0
        assert shot.instances.dtype == np.uint8
        assert shot.instances.max() <= len(world.objects)
        assert [o.instance_id for o in world.objects] == list(range(1, len(world.objects) + 1))
        for view in shot.info.views:
            assert view.visible_px == (shot.instances == view.instance_id).sum()
        depth = shot.frame.depth_m
        assert np.nanmin(depth) > 0.1
        assert np.isfinite(depth[shot.instances > 0]).all()


def test_lifted_depth_lies_on_the_objects(shots):
    for world, shot in shots.values():
        pose, camera = shot.world_from_camera, world.camera
        v, u = np.indices(shot.instances.shape)
        z = shot.frame.depth_m.astype(float)
        local = np.stack(((u - camera.cx) / camera.fx * z, (v - camera.cy) / camera.fy * z, z), -1)
        points = local @ pose[:3, :3].T + pose[:3, 3]
        for info, view in zip(world.objects, shot.info.views, strict=True):
            mine = points[shot.instances == info.instance_id]
            if len(mine) < 20:
                continue
            reach = np.linalg.norm(mine - view.world_m, axis=1)
            assert reach.max() < np.linalg.norm(info.size_m) / 2 + 0.002
            assert mine[:, 2].min() > -0.003
        table = (shot.instances == 0) & (np.linalg.norm(points[..., :2], axis=-1) < 0.5)
        np.testing.assert_allclose(points[table][:, 2], 0, atol=2e-3)


def test_positions_agree_between_world_and_camera(shots):
    for world, shot in shots.values():
        for view in shot.info.views:
            point = shot.world_from_camera @ [*view.position_m, 1.0]
            np.testing.assert_allclose(point[:3], view.world_m, atol=1e-9)
        seen = [v for v in shot.info.views if v.visible_px > 0]
        assert seen
        uv = cameras.project(
            np.array([v.world_m for v in seen]), shot.world_from_camera, world.camera
        )
        x = np.array([v.position_m for v in seen])
        np.testing.assert_allclose(uv[:, 0], x[:, 0] / x[:, 2] * world.camera.fx + 79.5)


def test_a_ball_projects_where_it_is_seen():
    rng = np.random.default_rng(0)
    sphere_part = grounded([sphere(0.04)])
    ball = Thing(category='ball', model=Model(parts=sphere_part, color='', model_id='test'))
    path = cameras.CameraPath(
        target=(0, 0, 0.03), azimuth=0.7, elevation=0.8, distance=0.6, fovy_deg=45
    )
    model = build(rng, [ball], [Spot(x=0.05, y=-0.08, yaw=0)], width=320, height=240, fovy_deg=45)
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    pose = path.world_from_camera(0)
    data.cam_xpos[0] = pose[:3, 3]
    data.cam_xmat[0] = (pose[:3, :3] @ cameras.OPTICAL_FROM_GL).ravel()
    renderer = SceneRenderer(model, np.arange(model.nbody, dtype=np.uint8), width=320, height=240)
    view = renderer.render(data)
    renderer.close()
    renderer.close()

    v, u = np.nonzero(view.instances == 1)
    centre = np.array([[0.05, -0.08, ball.size_m[2] / 2]])
    expected = cameras.project(centre, pose, cameras.intrinsics(320, 240, 45))[0]
    np.testing.assert_allclose([u.mean(), v.mean()], expected, atol=0.7)
    nearest = view.depth_m[view.instances == 1].min()
    along_axis = (centre[0] - pose[:3, 3]) @ pose[:3, 2]
    assert nearest == pytest.approx(along_axis - ball.size_m[2] / 2, abs=0.001)


def test_the_camera_frame_is_right_handed_and_looks_at_the_target():
    path = cameras.draw_path(np.random.default_rng(5), moving=True)
    for time_s in (0.0, 1.3, 7.0):
        pose = path.world_from_camera(time_s)
        np.testing.assert_allclose(pose[:3, :3] @ pose[:3, :3].T, np.eye(3), atol=1e-12)
        assert np.linalg.det(pose[:3, :3]) == pytest.approx(1)
        toward = np.array(path.target) - pose[:3, 3]
        np.testing.assert_allclose(toward / np.linalg.norm(toward), pose[:3, 2], atol=1e-12)
        assert pose[2, 1] < 0  # y points down


def test_every_category_rests_on_the_table():
    rng = np.random.default_rng(1)
    for category in MAKERS:
        thing = Thing(category=category, model=make_object(category, rng))
        model = build(rng, [thing], [Spot(x=0, y=0, yaw=1)], width=32, height=32, fovy_deg=45)
        data = mujoco.MjData(model)
        mujoco.mj_step(model, data, 400)
        before = data.qpos.copy()
        mujoco.mj_step(model, data, 40)
        assert np.abs(data.qpos - before).max() < 2e-3, category
        assert abs(data.qpos[2]) < 0.05, category
        assert np.linalg.norm(data.qpos[:2]) < 0.05, category


def test_nothing_overlaps_at_the_start():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        names = rng.choice(list(MAKERS), 9)
        things = [Thing(category=c, model=make_object(c, rng)) for c in names]
        spots = arrange(rng, things)
        places = [
            footprint(s, t.half_m) for s, t in zip(spots, things, strict=True) if s is not None
        ]
        assert len(places) >= 4
        assert all(apart(a, b) for i, a in enumerate(places) for b in places[:i])


def test_outlines():
    square = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0.5, 0.5), (0.5, 0)], float)
    outline = hull(square)

    assert len(outline) == 4
    assert share_inside(np.array([(0.5, 0.5), (2, 2)]), outline) == 0.5
    assert apart(outline, outline + np.array([1.1, 0]))
    assert not apart(outline, outline + np.array([0.9, 0.9]))


def test_some_scenes_have_twins():
    twins = 0
    for seed in range(60):
        cast = draw_cast(np.random.default_rng(seed), make_object, tuple(MAKERS), 5)
        names = [thing.category for thing in cast]
        twins += len(set(names)) < len(names)
    assert 12 <= twins <= 36


def test_time_only_goes_forward_and_steps_do_not_matter():
    config = WorldConfig(width=64, height=48, events=1, duration_s=2.0)
    with World(3, config) as coarse, World(3, config) as fine:
        coarse.advance(2.0)
        for t in np.arange(0, 2.0, 0.013):
            fine.advance(float(t))
            if round(t, 3) in (0.26, 1.3):
                fine.render()
        fine.advance(2.0)
        fine.advance(0.5)
        a, b = coarse.render(), fine.render()
        assert fine.time_s == 2.0
        np.testing.assert_array_equal(a.frame.rgb, b.frame.rgb)


def test_a_closed_world_says_so():
    world = World(0, SMALL)
    world.close()
    world.close()
    with pytest.raises(SimulationError, match='closed'):
        world.render()


def test_worlds_can_be_rendered_in_turn():
    with World(0, SMALL) as first, World(1, SMALL) as second:
        before = first.render().frame.rgb
        second.render()
        np.testing.assert_array_equal(first.render().frame.rgb, before)


@pytest.mark.parametrize(
    'bad',
    [
        {'width': 4},
        {'objects_min': 5, 'objects_max': 4},
        {'events': 4},
        {'duration_s': float('nan')},
        {'assets': 'lego'},
        {'assets': 'household'},
    ],
)
def test_a_bad_configuration_is_refused(bad):
    with pytest.raises(ConfigError):
        WorldConfig(**bad)


def test_the_missing_package_is_named(monkeypatch):
    monkeypatch.delenv('MUJOCO_GL', raising=False)
    monkeypatch.setattr(gl, '_egl_works', lambda: False)
    monkeypatch.setattr(gl.ctypes.util, 'find_library', lambda name: None)
    gl.backend.cache_clear()
    try:
        with pytest.raises(SimulationError, match='apt-get install -y libegl1'):
            gl.backend()
    finally:
        gl.backend.cache_clear()
