"""The command line: each module parses, calls the library and returns an exit code."""
