"""A simulated tabletop: procedural objects, physics, events, cameras and what they saw."""
