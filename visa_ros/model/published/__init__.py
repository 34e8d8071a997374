"""
VISA as published: CLIP with token merging, LLaMA and SAM, for the weights its authors trained.

`network.py` joins the parts; `preprocess.py`, `prompts.py` and `tokenizer.py` make its inputs.
"""
