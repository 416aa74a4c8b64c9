"""Reading JSON: an array of objects, or an object a line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.files import cells, rows, surveyed, why_refused
from webapp.exchange.objects import DEEPEST
from webapp.exchange.opening import RawRow

FORMS = pytest.mark.parametrize("form", ["[{}]", "{}\n"], ids=["array", "lines"])


def test_an_array_of_objects_is_a_file_of_rows():
    content = ' [ {"a": 1, "b": "x"},\n{"a": null}\n]\n '
    found = surveyed(content)
    assert (found.kind, found.header, found.rows) == ("json", ("a", "b"), 2)
    assert rows(content) == [RawRow(1, {"a": 1, "b": "x"}), RawRow(2, {"a": None})]


def test_json_lines_are_a_file_of_rows():
    content = '\ufeff{"a": 1, "b": [true]}\r\n\n{"a": 2.5}'
    found = surveyed(content)
    assert (found.kind, found.header, found.rows) == ("jsonl", ("a", "b"), 2)
    assert rows(content, skip=1) == [RawRow(2, {"a": 2.5})]


def test_what_is_no_object_is_a_row_for_the_shape_to_refuse():
    assert cells('[{"a": 1}, 5, "x", [1]]') == [{"a": 1}, {"": 5}, {"": "x"}, {"": [1]}]
    assert cells('{"a": 1}\nnull\n') == [{"a": 1}, {"": None}]


@pytest.mark.parametrize("content", ["[]", " [ ] \n"])
def test_an_array_of_nothing_is_refused(content):
    assert "has no objects" in why_refused(content)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ('[{"a": 1},\n {"a": }]', "line 2, column 8 (Expecting value)"),
        ('[{"a": 1}\n {"a": 2}]', "line 2, column 2 (Expecting ']')"),
        ('[{"a": 1}', "line 1, column 10 (Expecting ']')"),
        ('[{"a": 1},]', "line 1, column 11 (Expecting value)"),
        ('[{"a": "x', "line 1, column 8 (Unterminated string"),
        ('[{"a": 1}]\n{"b": 1}', "line 2, column 1 (Text after the array)"),
        ('{"a": 1}\n{"a": 2', "line 2, column 8 (Expecting ',' delimiter)"),
        ('{"a": 1} {"a": 2}\n', "line 1, column 10 (Extra data)"),
        ('{\n  "items": []\n}', "line 1, column 3"),
    ],
)
def test_broken_json_is_refused_with_its_place(content, place):
    sentence = why_refused(content)
    assert place in sentence
    assert "an array of objects, or JSON Lines" in sentence


def test_a_fault_far_into_an_array_is_refused_with_its_place():
    content = "[" + '{"a": "é"},\n' * 200_000 + " nul]"
    assert "line 200 001, column 2 (Expecting value)" in why_refused(content)


def test_a_fault_is_told_at_once_whatever_follows_it():
    sentence = why_refused('[{"a": 1},\n {"a": oops}' + ", 1" * 10_000_000)
    assert "line 2, column 8 (Expecting value)" in sentence


@FORMS
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("NaN", "holds NaN, which is no number"),
        ("-Infinity", "holds -Infinity, which is no number"),
        ("1e400", "holds the number 1e400, which is too large"),
        ("9" * 5000, "holds a number of 5 000 digits, which is too large"),
        ('{"b": 1, "b": 2}', 'gives the field "b" twice'),
        ("[" * DEEPEST + "]" * DEEPEST, f"is nested deeper than {DEEPEST} levels"),
        ("[" * 100_000 + "]" * 100_000, f"is nested deeper than {DEEPEST} levels"),
    ],
)
def test_values_that_nobody_can_rely_on_are_refused(form, value, why):
    sentence = why_refused(form.replace("{}", f'{{"a": {value}}}'))
    assert sentence.startswith("Object 1 (line 1)")
    assert why in sentence


@FORMS
def test_nesting_within_the_limit_is_read(form):
    deep = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert surveyed(form.replace("{}", f'{{"a": {deep}}}')).rows == 1


@FORMS
def test_an_object_that_never_ends_is_refused_before_it_fills_the_memory(form):
    content = form.replace("{}", '{"a": 1}')[:-1].rstrip("]")
    content += "," if form.startswith("[") else "\n"
    sentence = why_refused(content + '{"a": "' + "x" * 20_000_000)
    assert sentence.startswith("Object 2, which begins in line")
    assert "is longer than 16 MB" in sentence


@FORMS
def test_too_many_fields_are_refused(form):
    fields = json.dumps({str(at): at for at in range(1001)})
    assert "has 1 001 columns" in why_refused(form.replace("{}", fields))


@FORMS
def test_a_wrong_byte_is_named(form):
    sentence = why_refused(form.replace("{}", '{"a": "é"}').encode("latin-1"))
    assert "the byte 0xE9 at position" in sentence


_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
_OBJECTS = st.lists(st.dictionaries(st.text(), _VALUE), min_size=1)


@given(_OBJECTS, st.booleans(), st.sampled_from([None, 0, 2]))
def test_every_array_is_read_back(objects, ascii_only, indent):
    written = json.dumps(objects, ensure_ascii=ascii_only, indent=indent)
    assert cells(written.encode("utf-8", "replace").decode()) == json.loads(
        written.encode("utf-8", "replace")
    )


@given(_OBJECTS)
def test_every_json_lines_file_is_read_back(objects):
    assert cells("\n".join(map(json.dumps, objects))) == objects


@given(
    st.lists(
        st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(), min_size=1
    )
)
def test_values_are_the_same_wherever_the_text_is_cut(values):
    long = "x" * ((1 << 18) - 20)  # so that the values stand around the end of a piece
    assert cells(json.dumps([long, *values])) == [{"": one} for one in [long, *values]]
