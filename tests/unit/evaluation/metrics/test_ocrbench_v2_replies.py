"""OCRBench v2, fields, tables and charts in replies."""

import pytest

from docai.evaluation.metrics.ocrbench_v2_replies import (
    accepted_fields,
    chart_score,
    html_table_score,
    key_values_score,
    markdown_table_score,
    reply_fields,
)

_GAMES = "| 1 | august 5 | lions |\n| 2 | august 12 | packers |\n| 3 | august 19 | bengals |"
_HTML = "<table><tr><td>a</td><td>b</td></tr>\n<tr><td>1</td><td>2</td></tr></table>"


@pytest.mark.parametrize(
    ("reply", "fields"),
    [
        ('{"total": 30, " date ": " 2024 "}', {"total": "30", "date": "2024"}),
        ("Sure:\n```python\n{'total': ['30']}\n```", {"total": "['30']"}),
        ("total: 30\nDate = 2024", {"total": "30", "Date": "2024"}),
        ("[1, 2]", {}),
        ("{1: 2}", {}),
        ("null", {}),
        ("thirty", {}),
        ("", {}),
    ],
)
def test_fields_of_a_reply(reply: str, fields: dict[str, str]) -> None:
    assert reply_fields(reply) == fields


def test_fields_of_a_truth_accept_several_values() -> None:
    assert accepted_fields('{"total": ["30", "30.00"], "n": 2}') == {"total": ["30", "30.00"], "n": ["2"]}
    assert accepted_fields("{'日期': '2024'}") == {"日期": ["2024"]}
    with pytest.raises(ValueError, match="no fields"):
        accepted_fields("30")


def test_fields_score() -> None:
    truth = '{"company": ["OLD TOWN KOPITIAM"], "total": ["30", "30.00"]}'
    assert key_values_score('{"company": "Old Town Kopitiam", "total": "30.00"}', truth) == 1.0
    assert key_values_score('{"company": "OLD TOWN", "total": "30"}', truth) == 0.5
    assert key_values_score("no idea", truth) == 0.0


def test_html_tables() -> None:
    assert html_table_score(f"```html\n{_HTML}\n```", _HTML) == 1.0
    assert html_table_score(f"<html><body>{_HTML}</body></html>", _HTML) == 1.0
    assert html_table_score(_HTML.replace("</table>", ""), _HTML.replace("<table>", "").replace("</table>", "")) == 1.0
    assert html_table_score(_HTML.replace("2", "3"), _HTML) == pytest.approx(1 - 1 / 6)
    assert html_table_score("| a | b |", _HTML) == 0.0
    assert html_table_score("<table>", _HTML) < 0.2


def test_markdown_tables_lose_their_second_line() -> None:
    truth = f"| week | date | opponent |\n| --- | --- | --- |\n{_GAMES}"
    assert markdown_table_score(truth, truth) == 1.0
    assert markdown_table_score(f"```markdown\n{truth}\n```", truth) == 1.0
    # Without a head the second game is dropped: two rows of four, of which one reads otherwise where it must.
    assert markdown_table_score(_GAMES, truth) == pytest.approx(0.5)
    assert markdown_table_score("", truth) < 0.1


def test_charts_are_tables_of_keys_and_values() -> None:
    truth = '{"2020": {"a": 1.5}, "title": "Rain"}'
    assert chart_score("{'2020': {'a': 1.5}, 'title': 'Rain'}", truth) == 1.0
    assert chart_score("```python\nchart = {'2020': {'a': 1.5},  # mm\n 'title': 'Rain'}\n```", truth) == 1.0
    assert chart_score("{'2020': {'a': 1.5}}", truth) == pytest.approx(0.5)
    assert chart_score("It rains", truth) == chart_score("", truth) == 0.0
    with pytest.raises(ValueError, match="no chart"):
        chart_score("{}", "Rain")


def test_a_wrong_figure_of_a_chart_costs_its_share_of_a_spaced_cell() -> None:
    # `1 . 5` against `1 . 6`: one of five characters of one of three nodes.
    assert chart_score("{'a': 1.5}", '{"a": 1.6}') == pytest.approx(1 - 0.2 / 3)
