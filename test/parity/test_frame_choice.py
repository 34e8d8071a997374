"""Which references the released code shows next to a target."""

from __future__ import annotations

from parity.folder import assert_within, case_names, path_of, read_json
import pytest

from visa_ros.video.sampling import references_by, strided_references

FILE = 'eval_frame_select.json'
path_of(FILE)  # skips where it is absent


@pytest.mark.parametrize('case', case_names(FILE))
def test_strided_references(case):
    count, target = (int(number) for number in case.split(':'))
    wanted = read_json(FILE)[case]

    assert_within('reference frames', strided_references(count, target), wanted, 0)
    assert_within('reference frames', references_by('strided', count, target, 11), wanted, 0)
