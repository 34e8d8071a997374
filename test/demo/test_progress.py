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


def test_the_title_of_a_part_comes_before_its_stages():
    stream = io.StringIO()
    with Progress(stream, steps=4) as progress:
        progress.reach(2, title='seed 3')
        progress.say('asking')
    assert stream.getvalue().endswith('] seed 3: asking\n')


def test_a_bar_fills_on_a_terminal():
    stream = Terminal()
    with Progress(stream, steps=4) as progress:
        progress.say('asking')
        progress.advance()
        progress.say('asking')
        progress.reach(4, title='all')
        progress.say('done')
    shares = [line.count('#') for line in stream.getvalue().split('\r') if '%' in line]
    assert shares == [0, 3, 12]


def test_a_terminal_keeps_one_line_and_ends_clean():
    stream = Terminal()
    with Progress(stream) as progress:
        progress.say('loading')
        progress.say('x' * 500)
    assert '\n' not in stream.getvalue()
    assert max(map(len, stream.getvalue().split('\r'))) < 110
    assert stream.getvalue().endswith('\r\x1b[2K')
