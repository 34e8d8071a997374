"""Training of visa-nano on the simulated world (torch)."""
