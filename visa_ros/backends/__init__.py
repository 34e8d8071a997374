"""Published networks of transformers behind the protocols of the pipeline."""
