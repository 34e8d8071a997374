"""Designs of glasses: see-through vessels to drink from, empty or filled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visa_ros.sim.designs.drawing import one_of
from visa_ros.sim.designs.vessel_forms import (
    curve,
    filling,
    Profile,
    rippled,
    settled,
    shell,
    tube,
)
from visa_ros.sim.finish import paint, pick, shade
from visa_ros.sim.shapes import Model, Part

DRINKS = {
    'water': (0.72, 0.82, 0.86),
    'juice': (0.95, 0.52, 0.05),
    'cola': (0.1, 0.04, 0.02),
    'milk': (0.93, 0.92, 0.88),
    'lemonade': (0.92, 0.86, 0.4),
    'squash': (0.85, 0.2, 0.25),
    'beer': (0.85, 0.52, 0.08),
    'stout': (0.08, 0.04, 0.03),
    'whisky': (0.72, 0.36, 0.06),
    'tea': (0.6, 0.2, 0.03),
    'red wine': (0.3, 0.02, 0.06),
    'white wine': (0.88, 0.8, 0.45),
    'rose': (0.9, 0.5, 0.45),
}


def glass(rng: np.random.Generator) -> Model:
    """A see-through vessel to drink from."""
    return one_of(rng, _GLASSES)


def _highball(rng: np.random.Generator) -> Model:
    """Straight tall glass with a thick base, often filled, now and then with a straw."""
    r, h = rng.uniform(0.029, 0.039), rng.uniform(0.11, 0.165)
    outer = curve([(r * rng.uniform(0.8, 1), 0), (r * 0.97, h / 2), (r, h)])
    parts = _filled(
        rng,
        outer,
        ('water', 'juice', 'cola', 'milk', 'lemonade', 'squash'),
        floor=rng.uniform(0.005, 0.016),
    )
    if len(parts) > 1 and rng.random() < 0.5:
        lean = r * rng.uniform(0.6, 0.9)
        straw = tube(
            [(-lean, 0, h * 0.12), (0, 0, h * 0.6), (lean, 0, h * rng.uniform(1.1, 1.3))], 0.0028
        )
        rgb = shade(rng, pick(rng, ('red', 'green', 'black', 'white', 'blue')))
        return Model(parts=(paint(straw, rgb), *parts), color='')
    return Model(parts=_set(rng, parts), color='')


def _wine_glass(rng: np.random.Generator) -> Model:
    """Round bowl, closing towards its rim, on a long stem."""
    r = rng.uniform(0.034, 0.047)
    tall, rim = r * rng.uniform(1.9, 2.7), rng.uniform(0.68, 0.9)
    bowl = [
        (0.006, 0),
        (r * 0.6, tall * 0.09),
        (r, tall * rng.uniform(0.35, 0.45)),
        (r * (1 + rim) / 2, tall * 0.75),
        (r * rim, tall),
    ]
    return _stemmed(rng, bowl, stem=rng.uniform(0.055, 0.1), wines=True)


def _cocktail_glass(rng: np.random.Generator) -> Model:
    """Wide cone or shallow saucer on a stem."""
    r, tall = rng.uniform(0.044, 0.057), rng.uniform(0.035, 0.065)
    cone = [(0.005, 0), (r * 0.35, tall * 0.33), (r * 0.68, tall * 0.67), (r, tall)]
    saucer = [(0.005, 0), (r * 0.7, tall * 0.15), (r * 0.95, tall * 0.5), (r, tall)]
    return _stemmed(rng, cone if rng.random() < 0.5 else saucer, stem=rng.uniform(0.06, 0.095))


def _goblet(rng: np.random.Generator) -> Model:
    """Sturdy bowl on a short stem, plain or fluted: water, brandy, a sundae."""
    r = rng.uniform(0.034, 0.045)
    tall, rim = r * rng.uniform(1.7, 2.9), rng.uniform(0.7, 1.1)
    bowl = [(0.009, 0), (r * rng.uniform(0.6, 0.9), tall * 0.2), (r, tall * 0.5), (r * rim, tall)]
    return _stemmed(rng, bowl, stem=rng.uniform(0.018, 0.04), lobes=int(rng.choice([0, 10, 16])))


def _beer_glass(rng: np.random.Generator) -> Model:
    """Pint with a bulge, or a tall curved glass for wheat beer; mostly beer and froth in it."""
    r, h = rng.uniform(0.037, 0.044), rng.uniform(0.14, 0.21)
    pint = [
        (r * 0.7, 0),
        (r * 0.85, h * 0.5),
        (r * 0.9, h * 0.68),
        (r * 1.04, h * 0.77),
        (r * 0.96, h * 0.86),
        (r, h),
    ]
    wheat = [
        (r * 0.8, 0),
        (r * 0.62, h * 0.2),
        (r * 0.72, h * 0.45),
        (r * 1.02, h * 0.78),
        (r * 0.9, h),
    ]
    outer = curve(pint if rng.random() < 0.5 else wheat, count=18)
    floor, level = 0.012, h * rng.uniform(0.65, 0.85)
    parts = _clear(rng, shell(outer, 0.003, floor=floor, segments=28))
    if rng.random() < 0.75:
        beer = filling(outer, 0.003, level, floor=floor, segments=28)
        top = level + h * rng.uniform(0.05, 0.12)
        froth = filling(outer, 0.003, top, floor=level - 1e-3, segments=28)
        hue = DRINKS[pick(rng, ('beer', 'beer', 'stout'))]
        return Model(
            parts=(paint(beer, hue, gloss=0.6), paint(froth, (0.95, 0.92, 0.82)), *parts),
            color='',
        )
    return Model(parts=_set(rng, parts), color='')


def _waisted_glass(rng: np.random.Generator) -> Model:
    """Small tulip-shaped glass for tea, or a glass with a soft waist."""
    r, h = rng.uniform(0.03, 0.04), rng.uniform(0.08, 0.13)
    low = rng.uniform(0.85, 1.05)
    outer = curve(
        [(r * 0.6, 0), (r * low, h * 0.2), (r * rng.uniform(0.65, 0.8), h * 0.55), (r, h)]
    )
    parts = _filled(rng, outer, ('tea', 'tea', 'water', 'lemonade'), floor=0.006)
    return Model(parts=_set(rng, parts), color='')


_GLASSES = (
    _highball,
    _wine_glass,
    _cocktail_glass,
    _goblet,
    _beer_glass,
    _waisted_glass,
)


def _stemmed(
    rng: np.random.Generator,
    bowl: Sequence[tuple[float, float]],
    *,
    stem: float,
    wines: bool = False,
    lobes: int = 0,
) -> Model:
    """A bowl, given from its underside at height 0 to its rim, on a stem and a foot."""
    wide = max(r for r, _ in bowl) * rng.uniform(0.75, 0.95)
    thin = rng.uniform(0.003, 0.005)
    foot = [(wide, 0), (wide, 0.002), (thin * 2, 0.007), (thin, stem * 0.3), (thin, stem * 0.9)]
    outer = np.array([*foot, *((x, stem + z) for x, z in curve(bowl, count=14))])
    names = ('red wine', 'white wine', 'rose') if wines else ('squash', 'lemonade', 'juice')
    parts = _filled(
        rng,
        outer,
        names,
        floor=stem + 0.004,
        wall=0.0018,
        share=(0.35, 0.75),
        base=stem,
        segments=lobes * 3 or 28,
    )
    if lobes:
        parts = [rippled(p, lobes, 0.03) for p in parts]
    return Model(parts=_set(rng, parts), color='')


def _filled(
    rng: np.random.Generator,
    outer: Profile,
    drinks: Sequence[str],
    *,
    floor: float,
    wall: float = 0.0028,
    share: tuple[float, float] = (0.5, 0.85),
    base: float = 0.0,
    segments: int = 28,
) -> list[Part]:
    """The glass as outside and inside, behind what is in it: a drink in half of them."""
    parts = _clear(rng, shell(outer, wall, floor=floor, segments=segments))
    if rng.random() < 0.5:
        return parts
    level = base + (outer[-1, 1] - base) * rng.uniform(*share)
    drink = pick(rng, drinks)
    body = filling(outer, wall, level, floor=floor, segments=segments)
    alpha = rng.uniform(0.45, 0.9) if drink in ('water', 'white wine', 'lemonade') else 1.0
    return [paint(body, DRINKS[drink], gloss=0.8, alpha=alpha), *parts]


def _clear(rng: np.random.Generator, parts: Sequence[Part]) -> list[Part]:
    """Paint as glass, seldom tinted."""
    tint = pick(rng, ('', '', '', '', 'blue', 'green', 'pink', 'brown', 'gray'))
    rgb = 0.5 * np.array(shade(rng, tint)) + 0.4 if tint else np.array([0.82, 0.9, 0.92])
    alpha = float(rng.uniform(0.28, 0.45))
    return [paint(part, rgb, gloss=0.95, alpha=alpha) for part in parts]


def _set(rng: np.random.Generator, parts: Sequence[Part]) -> tuple[Part, ...]:
    """Turn an empty glass upside down or lay it, now and then."""
    empty = len(parts) == 2
    return settled(rng, parts, over=0.12 * empty, lying=0.06 * empty)
