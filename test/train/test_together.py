"""Several processes that learn as one."""

import os
from pathlib import Path
import subprocess
import sys

from torch import distributed

from visa_ros.model.build import build_model
from visa_ros.model.checkpoint import load_model, save_model
from visa_ros.train.together import join

STEP = """
from pathlib import Path
import torch
from torch import nn
from visa_ros.train.together import join, share_gradients

rank, processes = join()
net = nn.Linear(2, 1)
nn.init.constant_(net.weight, 0.5)
unused = nn.Parameter(torch.ones(3))
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])[rank : rank + 1]
net(x).sum().backward()
if rank:
    net.bias.grad = None
share_gradients([*net.parameters(), unused], processes)
gradients = [p.grad.flatten().tolist() for p in (net.weight, net.bias, unused)]
Path('process_{}'.format(rank)).write_text('{} {}'.format(processes, gradients))
"""


def torchrun(script, tmp_path):
    """Run a script as two processes in a folder; what each writes there to process_RANK."""
    (tmp_path / 'script.py').write_text(script)
    command = ('-m', 'torch.distributed.run', '--standalone', '--nproc-per-node=2', 'script.py')
    done = subprocess.run(
        [sys.executable, *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, 'OMP_NUM_THREADS': '1', 'PYTHONPATH': str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0, done.stderr
    return [(tmp_path / f'process_{rank}').read_text().splitlines() for rank in range(2)]


def test_gradients_are_the_mean_of_those_of_both_processes(tmp_path):
    means = '2 [[2.0, 3.0], [0.5], [0.0, 0.0, 0.0]]'
    assert torchrun(STEP, tmp_path) == [[means], [means]]


def test_a_process_alone_joins_nobody():
    assert join() == (0, 1)
    assert not distributed.is_initialized()


LEARN = """
import sys
from pathlib import Path

sys.path.insert(0, {here!r})
from conftest import SMALL, TEXT
from visa_ros.train import question_run
from visa_ros.train.language import LanguageTraining, train_language
from visa_ros.train.questions import Asking
from visa_ros.train.run import Run, Schedule


class Watched(Run):
    def _step(self, batch, step):
        losses = super()._step(batch, step)
        total = sum(float(p.detach().double().sum()) for p in self.learner.parameters())
        with Path('process_{{}}'.format(self._rank)).open('a') as file:
            print(float(batch.text.sum()), total, file=file)
        return losses


question_run.Run = Watched
train_language(
    [Path({clips!r})], Path({out!r}), start=Path({start!r}), text=TEXT, config=SMALL,
    training=LanguageTraining(
        schedule=Schedule(steps=2, cooldown=1, warmup=1),
        asking=Asking(samples=2, questions=3, references=False),
    ),
)
"""


def test_processes_learn_from_batches_of_their_own_and_stay_alike(clips, small, tmp_path):
    start, out = tmp_path / 'start', tmp_path / 'out'
    start.mkdir()
    save_model(build_model(small), small, start)
    here = str(Path(__file__).parent)
    paths = {'here': here, 'clips': str(clips), 'out': str(out), 'start': str(start)}
    steps = [[line.split() for line in one] for one in torchrun(LEARN.format(**paths), tmp_path)]
    texts = [text for one in steps for text, _ in one]
    weights = [[total for _, total in one] for one in steps]
    assert len(texts) == len(set(texts)) == 4
    assert weights[0] == weights[1]
    assert weights[0][0] != weights[0][1]
    assert len((out / 'log.jsonl').read_text().splitlines()) == 2
    load_model(out)
