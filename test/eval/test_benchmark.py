from pathlib import Path
import subprocess
import sys

SCRIPT = Path(__file__).parents[2] / 'benchmarks' / 'evaluator_speed.py'


def test_both_evaluators_agree():
    words = ['--videos', '2', '--frames', '3', '--expressions', '4', '--workers', '1']
    done = subprocess.run(
        [sys.executable, SCRIPT, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'visa-ros, 1 process' in done.stdout
