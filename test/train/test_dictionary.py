"""Further names of kinds, found in WordNet by those that training shows."""

from pathlib import Path

import pytest

from visa_ros.cli.main import main
from visa_ros.errors import DataError
from visa_ros.model.dictionary import load_dictionary
from visa_ros.sim.knowledge import CATEGORIES
from visa_ros.sim.lore import FACTS
from visa_ros.sim.phrases import ALL_BUT, MOTIONS, NEAREST_TO, RELATIONS, TAGS
from visa_ros.sim.wording import plural, REQUESTS
from visa_ros.train.dictionary import make_dictionary, read_wordnet, write_dictionary
from visa_ros.train.wordings import more_words

TEXT = Path(__file__).parents[2] / 'models' / 'visa-nano' / 'text'
# Sense, WordNet's file (06: artifacts, 18: persons), words, the sense above.
NOUNS = (
    ('00000001', '06', 'thing', None),
    ('00000002', '06', 'vessel', '00000001'),
    ('00000003', '06', 'glass', '00000002'),
    ('00000004', '06', 'goblet tumbler', '00000003'),
    ('00000005', '06', 'lager_glass', '00000003'),
    ('00000006', '06', 'bottle', '00000002'),
    ('00000007', '06', 'wine_bottle', '00000006'),
    ('00000008', '06', 'carboy flask', '00000006'),
    ('00000009', '06', 'jug', '00000002'),
    ('00000010', '18', 'person', None),
    ('00000011', '18', 'tumbler', '00000010'),
    ('00000012', '06', 'bumper schooner', '00000003'),
    ('00000013', '06', 'quench', '00000003'),
    ('00000014', '06', 'tall_goblet s.u.v.', '00000003'),
    ('00000015', '06', 'dishy', '00000003'),
)
NAMES = {
    'glass': frozenset({'glass', 'lager glass', 'goblet'}),
    'bottle': frozenset({'bottle', 'wine bottle', 'flask of wine'}),
}


@pytest.fixture
def folder(tmp_path):
    """A small WordNet, in its own format."""
    senses = {}
    data = ['  1 a licence']
    for sense, file, words, above in NOUNS:
        listed = words.split()
        pointers = f'001 @ {above} n 0000' if above else '000'
        inside = ' '.join(f'{word} 0' for word in listed)
        data.append(f'{sense} {file} n {len(listed):02x} {inside} {pointers} | made up')
        for word in listed:
            senses.setdefault(word, []).append(sense)
    index = [f'{word} n {len(of)} 1 @ {len(of)} 1 {" ".join(of)}' for word, of in senses.items()]
    (tmp_path / 'data.noun').write_text('\n'.join(data) + '\n')
    (tmp_path / 'index.noun').write_text('\n'.join(['  1 a licence', *index]) + '\n')
    (tmp_path / 'index.verb').write_text(
        'quench v 1 1 @ 1 1 00000099\ncarboy v 1 0 1 0 00000098\n'
    )
    (tmp_path / 'index.adj').write_text('dishy a 2 1 & 2 1 00000097 00000096\n')
    return tmp_path


def test_names_near_those_of_training_are_found_and_no_others(folder):
    found = make_dictionary(read_wordnet(folder), NAMES)
    # Not the goblet, which training has, nor a tall one; not the vessel, which is either, what is
    # met as a verb or an adjective, too, what is listed as meant otherwise, nor what is no word.
    singular = {'carboy': 'bottle', 'schooner': 'glass', 'tumbler': 'glass'}
    assert found == singular | {plural(k): plural(v) for k, v in singular.items()}
    # A word inside a name that training shows is known.
    assert 'flask' not in found


@pytest.mark.parametrize('name', ['index.noun', 'data.noun', 'index.verb', 'index.adj'])
def test_other_files_are_refused(folder, name):
    (folder / name).write_text('never\nheard of\n')
    with pytest.raises(DataError, match='not those of WordNet'):
        read_wordnet(folder)
    (folder / name).unlink()
    with pytest.raises(DataError, match=name):
        read_wordnet(folder)


def test_the_command_writes_what_is_read(folder, tmp_path, capsys):
    out = tmp_path / 'out'
    assert main(['train', 'dictionary', '-o', str(out), '--wordnet', str(folder)]) == 0
    written = load_dictionary(out)
    assert f'{len(written)} names' in capsys.readouterr().out
    assert write_dictionary(out, folder) == len(written)
    assert written['carboy'] == 'bottle'


def test_the_shipped_dictionary_leaves_the_names_of_training_alone():
    shipped, more = load_dictionary(TEXT), more_words()
    for key, kind in CATEGORIES.items():
        for name in (key, *kind.names, *more.names[key]):
            for words in (name, plural(name)):
                assert shipped.plain(f'the {words}') == f'the {words}'


def test_hardly_another_text_of_training_is_read_otherwise():
    shipped, more = load_dictionary(TEXT), more_words()
    told = {w for tag in TAGS.values() for w in (*tag.training, *more.phrasings.get(tag, ()))}
    told |= {w for fact in FACTS.values() for w in more.phrasings.get(fact.wording, ())}
    assert sum(shipped.plain(text) != text for text in told) < 0.005 * len(told)


def test_the_shipped_dictionary_reads_each_name_as_a_kind():
    shipped = load_dictionary(TEXT)
    kinds = {name for kind in CATEGORIES for name in (kind, plural(kind))}
    for name in shipped:
        assert shipped[name] in kinds
        assert shipped.plain(f'the {name}?') == f'the {shipped[name]}?'
    card = (TEXT.parent / 'README.md').read_text()
    assert f'{len(shipped)} names' in card


def test_a_name_is_read_wherever_training_asks_for_one():
    shipped, more = load_dictionary(TEXT), more_words()
    ways = (REQUESTS, *RELATIONS.values(), NEAREST_TO, *MOTIONS.values(), ALL_BUT)
    frames = [f for w in ways for f in (*w.training, *more.phrasings.get(w, ())) if '{}' in f]
    assert len(frames) > 100
    left = [f for f in frames if 'poniard' in shipped.plain(f.replace('{}', 'the poniard'))]
    assert not left
