import json

import pytest

from visa_ros.errors import ConfigError
from visa_ros.eval.journal import Journal
from visa_ros.eval.results import Result
from visa_ros.eval.shards import Shard, shard_of

SETTINGS = {'dataset': 'revos', 'numbers': (1, 2)}


def result(k, **values):
    return Result(
        video='a/b', expression_id=str(k), text='was it “red”?\n\r', frames=3, type_id=1,
        values={'J': 1 / 3, 'F': float('nan'), **values},
    )  # fmt: skip


def open_journal(folder, shard=None, **settings):
    return Journal(folder, {**SETTINGS, **settings}, shard or Shard())


def test_results_come_back_as_they_were(tmp_path):
    with open_journal(tmp_path) as journal:
        journal.add([result(0), result(1)])
        journal.add([result(2)])
    with open_journal(tmp_path) as journal:
        found = list(journal.results.values())

    assert [r.expression_id for r in found] == ['0', '1', '2']
    assert found[0].text == result(0).text
    assert found[0].values['J'] == 1 / 3
    assert found[0].values['F'] != found[0].values['F']


@pytest.mark.parametrize('tail', [b'{"video": "a', b'\0\0\0\0', b'{"video": 3}\n{}\n', b'[]\n'])
def test_what_was_not_finished_is_cut_off(tmp_path, tail):
    with open_journal(tmp_path) as journal:
        journal.add([result(0)])
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes() + tail)

    with open_journal(tmp_path) as journal:
        assert list(journal.results) == [('a/b', '0')]
        journal.add([result(1)])
    with open_journal(tmp_path) as journal:
        assert list(journal.results) == [('a/b', '0'), ('a/b', '1')]
    for line in file.read_text().splitlines():
        json.loads(line)


def test_every_cut_leaves_a_beginning(tmp_path):
    with open_journal(tmp_path) as journal:
        journal.add([result(k) for k in range(3)])
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    for length in range(0, len(content), 7):
        file.write_bytes(content[:length])
        with open_journal(tmp_path) as journal:
            kept = [int(key[1]) for key in journal.results]
            assert kept == list(range(content[:length].count(b'\n') - 1))


def test_a_journal_of_another_run_is_refused(tmp_path):
    open_journal(tmp_path).__exit__(None, None, None)
    with pytest.raises(ConfigError, match='differs in dataset: delete'):
        open_journal(tmp_path, dataset='mevis')
    with pytest.raises(ConfigError, match='another process'), open_journal(tmp_path):
        open_journal(tmp_path)


def test_processes_see_what_others_add(tmp_path):
    with (
        open_journal(tmp_path, Shard(rank=0, world=2)) as one,
        open_journal(tmp_path, Shard(rank=1, world=2)) as other,
    ):
        other.add([result(1)])
        one.add([result(0)])
        assert list(one.results) == [('a/b', '0')]
        one.refresh()
        other.add([result(2)])
        one.refresh()
        assert [key[1] for key in one.results] == ['0', '1', '2']
    with open_journal(tmp_path) as journal:
        assert len(journal.results) == 3


def test_shards_are_read_from_the_environment():
    assert shard_of({}) == Shard()
    environment = {'RANK': '1', 'WORLD_SIZE': '3', 'LOCAL_RANK': '1', 'HOME': '/'}
    assert shard_of(environment) == Shard(rank=1, world=3, local=1)
    shards = [Shard(rank=rank, world=3) for rank in range(3)]
    assert all(sum(shard.owns(unit) for shard in shards) == 1 for unit in range(10))
    for wrong in ({'RANK': 'x'}, {'RANK': '2', 'WORLD_SIZE': '2'}, {'RANK': '1'}):
        with pytest.raises(ConfigError, match='RANK'):
            shard_of(wrong)
