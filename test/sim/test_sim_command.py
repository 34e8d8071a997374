import pytest

from visa_ros.cli.main import main


def test_the_benchmark_tells_its_checksum(tmp_path, capsys):
    assert main(['sim', 'benchmark', '-o', str(tmp_path), '--clips', '1']) == 0

    printed = capsys.readouterr().out
    assert '1 clips, 10 questions' in printed
    assert 'checksum of scenes and questions: ' in printed


def test_numbers_out_of_range_are_refused(tmp_path, capsys):
    assert main(['sim', 'benchmark', '-o', str(tmp_path), '--clips', '999']) != 0
    assert 'choose from 1 to 210' in capsys.readouterr().err


def test_held_out_instances_may_be_rendered(tmp_path):
    small = ['--width', '96', '--height', '72', '--frames', '2', '--instances', 'held_out']
    assert main(['sim', 'render', '-o', str(tmp_path), *small]) == 0
    (scene,) = tmp_path.glob('Scenes/*/*.json')
    assert '"unseen/' in scene.read_text()


@pytest.mark.parametrize('action', ['benchmark', 'render', 'assets'])
def test_help(action, capsys):
    with pytest.raises(SystemExit):
        main(['sim', action, '--help'])
    assert 'example' in capsys.readouterr().out
