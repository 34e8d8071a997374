"""Build the MuJoCo model of a tabletop in memory."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from visa_ros.errors import SimulationError
from visa_ros.sim import textures
from visa_ros.sim.layout import Spot, Thing
from visa_ros.sim.shapes import corner_normals, Part

TIMESTEP_S = 0.005
TABLE_HALF_M = 0.6
FAR_M = 12.0
LINEAR_S, ANGULAR_S = 2.0, 0.25
"""Times in which free motion and free rotation die down."""


def build(
    rng: np.random.Generator,
    things: Sequence[Thing],
    spots: Sequence[Spot],
    *,
    width: int,
    height: int,
    fovy_deg: float,
) -> mujoco.MjModel:
    """
    Compile table, floor, light, one camera and the things; body i + 1 is things[i].

    SimulationError if MuJoCo refuses the model.
    """
    spec = mujoco.MjSpec()
    _settings(spec, width, height)
    spec.worldbody.add_camera(name='camera', fovy=fovy_deg)
    _room(spec, rng)
    _lights(spec, rng)
    for i, (thing, spot) in enumerate(zip(things, spots, strict=True)):
        _add_thing(spec, f'thing{i}', thing, spot)
    try:
        model = spec.compile()
    except ValueError as error:
        names = [thing.model.model_id for thing in things]
        raise SimulationError(f'MuJoCo refused a scene of {names}: {error}') from error
    # Air and soft contacts: without them a knife rocks on its handle for many seconds.
    slow_down_s = np.tile([*(3 * [LINEAR_S]), *(3 * [ANGULAR_S])], len(things))
    model.dof_damping[:] = model.dof_M0 / slow_down_s
    return model


def _settings(spec: mujoco.MjSpec, width: int, height: int) -> None:
    spec.option.timestep = TIMESTEP_S
    # Firm friction: else things that lie on a round side creep.
    spec.option.impratio = 10
    visual = spec.visual
    visual.global_.offwidth, visual.global_.offheight = width, height
    # Shadow and anti-aliasing are most of a picture's cost on a CPU. Small pictures do with a
    # coarse shadow, large ones, which are drawn live, without anti-aliasing.
    small = width <= 320
    visual.quality.shadowsize = 512 if small else 1024
    visual.quality.offsamples = 4 if small else 0
    visual.map.znear, visual.map.zfar = 0.02, FAR_M
    visual.map.shadowclip = 1.25
    spec.stat.extent = 1.0
    spec.stat.center = [0, 0, 0]


def _room(spec: mujoco.MjSpec, rng: np.random.Generator) -> None:
    """Sky, floor and table. The plane in the table's top carries things better than a box."""
    top = rng.uniform(0.3, 0.95, 3) * rng.uniform(0.7, 1.0)
    spec.add_texture(
        name='sky', type=mujoco.mjtTexture.mjTEXTURE_SKYBOX, width=64, height=384,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT, rgb1=top, rgb2=top * rng.uniform(0.4, 1.0),
    )  # fmt: skip
    shine = float(rng.choice([0.0, 0.2, 0.5]))
    _textured(spec, 'table', textures.table_top(rng), rng.uniform(0.8, 2.5), gloss=shine)
    _textured(spec, 'floor', textures.floor(rng), rng.uniform(4, 12), gloss=0.0)
    table = TABLE_HALF_M * rng.uniform(0.9, 1.3)
    spec.worldbody.add_geom(
        name='table', type=mujoco.mjtGeom.mjGEOM_BOX, size=[table, table, 0.02],
        pos=[0, 0, -0.02], material='table', contype=0, conaffinity=0,
    )  # fmt: skip
    spec.worldbody.add_geom(
        name='floor', type=mujoco.mjtGeom.mjGEOM_PLANE, size=[6, 6, 0.1],
        pos=[0, 0, -rng.uniform(0.5, 0.8)], material='floor', contype=0, conaffinity=0,
    )  # fmt: skip
    spec.worldbody.add_geom(
        name='support', type=mujoco.mjtGeom.mjGEOM_PLANE, size=[2, 2, 0.1], group=3,
        friction=[0.9, 0.02, 0.002],
    )  # fmt: skip


def _textured(
    spec: mujoco.MjSpec, name: str, picture: np.ndarray, repeat: float, *, gloss: float
) -> None:
    _add_texture(spec, name, picture)
    material = spec.add_material(name=name)
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
    material.texrepeat = [repeat, repeat]
    material.specular, material.shininess = gloss, 0.4


def _add_texture(spec: mujoco.MjSpec, name: str, picture: np.ndarray) -> None:
    texture = spec.add_texture(
        name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, nchannel=3,
        width=picture.shape[1], height=picture.shape[0],
    )  # fmt: skip
    texture.data = np.ascontiguousarray(picture).tobytes()


def _lights(spec: mujoco.MjSpec, rng: np.random.Generator) -> None:
    """One lamp with a shadow, one weak one from elsewhere, and what comes from everywhere."""
    tint = 1 + rng.uniform(-0.12, 0.12) * np.array([1.0, 0.0, -1.0])
    ambient = rng.uniform(0.2, 0.42)
    spec.visual.headlight.ambient = ambient * tint
    spec.visual.headlight.diffuse = [rng.uniform(0.05, 0.25)] * 3
    spec.visual.headlight.specular = [0.05] * 3
    for strength, shadow in ((rng.uniform(0.4, 0.75), True), (rng.uniform(0.0, 0.25), False)):
        angle, slant = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.9)
        direction = np.array([np.cos(angle) * slant, np.sin(angle) * slant, -1.0])
        spec.worldbody.add_light(
            type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL, pos=-1.5 * direction, dir=direction,
            diffuse=strength * tint, specular=[0.3 * strength] * 3, castshadow=shadow,
        )  # fmt: skip


def _add_thing(spec: mujoco.MjSpec, name: str, thing: Thing, spot: Spot) -> None:
    half = spot.yaw / 2
    body = spec.worldbody.add_body(
        name=name, pos=[spot.x, spot.y, 0.001], quat=[np.cos(half), 0, 0, np.sin(half)]
    )
    body.add_freejoint()
    for k, part in enumerate(thing.model.parts):
        _add_part(spec, f'{name}_{k}', part)
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_MESH, meshname=f'{name}_{k}', material=f'{name}_{k}',
            contype=0, conaffinity=0, group=1, mass=0,
        )  # fmt: skip
    # Contacts see the convex hull of everything: stable, and fast enough for ten objects.
    hull = spec.add_mesh(name=f'{name}_hull')
    hull.uservert = np.concatenate([p.vertices for p in thing.model.parts]).ravel()
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_MESH, meshname=f'{name}_hull', group=3, condim=6,
        mass=float(np.clip(350 * np.prod(thing.size_m), 0.03, 1.5)),
        friction=[0.9, 0.02, 0.002],
    )  # fmt: skip


def _add_part(spec: mujoco.MjSpec, name: str, part: Part) -> None:
    mesh = spec.add_mesh(name=name)
    normals = corner_normals(part).reshape(-1, 3)
    mesh.uservert, mesh.userface = part.vertices.ravel(), part.faces.ravel()
    mesh.usernormal = normals.ravel()
    mesh.userfacenormal = np.arange(len(normals), dtype=np.int32)
    mesh.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL
    material = spec.add_material(name=name, rgba=part.rgba)
    material.specular, material.shininess = part.gloss, 0.2 + 0.6 * part.gloss
    if part.texture is not None and part.texcoords is not None:
        mesh.usertexcoord, mesh.userfacetexcoord = part.texcoords.ravel(), part.faces.ravel()
        _add_texture(spec, name, part.texture[::-1])
        material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
