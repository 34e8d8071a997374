"""The demo: a simulated camera and the node as real processes, questions, and a report."""
