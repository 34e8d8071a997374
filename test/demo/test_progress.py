import io

from visa_ros.demo.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_elsewhere_every_stage_is_a_line():
    stream = io.StringIO()
    with Progress(stream) as progress:
        progress.say('loading')
        progress.tick()
        progress.say('asking')
    lines = stream.getvalue().splitlines()
    assert [line.split('] ')[1] for line in lines] == ['loading', 'asking']


def test_a_terminal_keeps_one_line_and_ends_clean():
    stream = Terminal()
    with Progress(stream) as progress:
        progress.say('loading')
        progress.say('x' * 500)
    assert '\n' not in stream.getvalue()
    assert max(map(len, stream.getvalue().split('\r'))) < 110
    assert stream.getvalue().endswith('\r\x1b[2K')
