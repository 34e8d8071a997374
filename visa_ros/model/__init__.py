"""VISA's network: pictures and an instruction in, an answer with masks out (torch)."""
