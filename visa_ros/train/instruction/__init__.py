"""Instruction tuning of the published architecture (VISA, section 4): `visa-ros train CONFIG`."""
