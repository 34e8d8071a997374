"""Frames in and out: sliding window, pairing by stamp, sampling, files, overlays."""
