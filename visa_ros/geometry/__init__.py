"""Cameras, depth lifting and object clouds."""
