"""Which frame of a window is asked about, which ones are seen next to it, and who decides."""
