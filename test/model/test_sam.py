"""segment_anything's modules load without torchvision."""

import subprocess
import sys

CODE = """
import sys
class NoTorchvision:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] == 'torchvision':
            raise ImportError('torchvision is not here')
sys.meta_path.insert(0, NoTorchvision())
from visa_ros.model.sam import sam_modeling
modeling = sam_modeling()
assert modeling.MaskDecoder and modeling is sam_modeling()
assert 'segment_anything' not in sys.modules, 'the bare parent must not stay'
"""


def test_loads_without_torchvision():
    done = subprocess.run([sys.executable, '-c', CODE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
