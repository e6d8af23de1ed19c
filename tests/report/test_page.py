"""The page without a browser: structure, twins, links, policy, escaping, determinism."""

from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import json
import re
from datetime import datetime
from html.parser import HTMLParser

import altair as alt
import pytest
from tests.report.conftest import NAMES, STUDY, Maker, around, exactly, row

from howfar.report import ReportInput, render
from howfar.report.page import MOST_BYTES
from howfar.study.registry import Registry


class Reader(HTMLParser):
    """Collects ids, links, fetching attributes and the order of headings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.headings: list[int] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name == "href" and tag == "a" and value:
                self.links.append(value)
            elif name in ("src", "href", "xlink:href", "data", "action", "srcset"):
                self.fetched.append(f"{tag} {name}={value}")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))


def figures(page: str) -> dict[str, str]:
    """The figures by id."""
    return dict(re.findall(r'<figure id="([^"]+)"(.*?)</figure>', page, flags=re.DOTALL))


def test_each_figure_has_its_question_two_charts_a_reading_a_method_and_a_table(page: str) -> None:
    found = figures(page)
    assert set(found) >= {
        *("coverage-sources", "availability-shares", "availability-weeks", "coverage-days"),
        *("side-by-side", "share-of-voice", "engagement-rates", "weekly-posts"),
        *(
            "weekly-medians",
            "gini",
            "top-share",
            "lorenz",
            "talk-elasticity",
            "reaction-mix",
            "path-mix",
        ),
        *(
            "reaction-distance",
            "own-past",
            "maturation",
            "young-posts",
            "profile-peers",
            "profile-peers-2",
        ),
    }
    for name, body in found.items():
        assert "<h3" in body, name
        assert body.count("<svg xmlns") == 2, name
        assert body.count('role="img"') == 1, name
        assert "How to read it" in body, name
        assert '<a href="#method-' in body, name
        assert "<details>" in body, name
        assert "<table>" in body, name


def test_sections_stand_in_the_promised_order_with_coverage_before_any_comparison(
    page: str,
) -> None:
    order = re.findall(r'<h2 id="([a-z]+)"', page)
    assert order == [
        *("short", "contents", "asked", "coverage", "availability", "peers", "weeks"),
        *("attention", "talk"),
        *("reactions", "paths", "past", "young", "profile", "missing", "methods", "provenance"),
        "named",
    ]


def test_nothing_is_fetched_and_every_inner_link_arrives(page: str) -> None:
    seen = Reader(page)
    assert seen.fetched == []
    assert len(seen.ids) == len(set(seen.ids))
    inner = [link[1:] for link in seen.links if link.startswith("#")]
    assert inner
    assert set(inner) <= set(seen.ids)
    assert all(link.startswith(("#", "https://example.org/")) for link in seen.links)
    references = re.findall(r"url\(#([^)]+)\)", page)
    assert references
    assert set(references) <= set(seen.ids)


def test_headings_never_skip_a_level(page: str) -> None:
    levels = Reader(page).headings
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_the_policy_allows_two_scripts_by_hash_and_no_connection(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    rules = policy[1].replace("&#39;", "'").split("; ")
    assert rules[0] == "default-src 'none'"
    assert not any(rule.startswith("connect-src") for rule in rules)
    packed = re.search(r'id="runtime">([^<]+)<', page)
    assert packed
    runtime = gzip.decompress(base64.b64decode(packed[1]))
    loader = re.search(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    assert loader
    scripts = next(rule for rule in rules if rule.startswith("script-src")).split()[1:]
    digests = [hashlib.sha256(text).digest() for text in (loader[1].encode(), runtime)]
    assert scripts == [f"'sha256-{base64.b64encode(d).decode()}'" for d in digests]


def test_it_is_below_two_megabytes_and_the_same_each_time(make: Maker, page: str) -> None:
    assert len(page.encode()) < MOST_BYTES
    assert render(make()) == page


def test_without_room_the_charts_stay_and_the_scripts_go(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("howfar.report.page.MOST_BYTES", 1000)
    page = render(make())
    assert "<script" not in page
    assert "script-src" not in page
    assert len(figures(page)) > 15


def test_names_are_escaped_in_text_and_charts_and_drawn_in_their_script(page: str) -> None:
    assert "<b>&" not in page
    assert "A &lt;b&gt;&amp;" in page
    for name in ("arab", "china", "rus"):
        chart = figures(page)["side-by-side"].split("<figcaption>")[0]
        assert NAMES[name].split()[0] in chart
    assert "A made-up study &amp; its title" in page


def test_charts_carry_no_aria_of_their_own_and_follow_the_theme(page: str) -> None:
    charts = re.findall(r"<svg xmlns.*?</svg>", page, flags=re.DOTALL)
    assert charts
    for chart in charts:
        body = chart[chart.index(">") :]
        assert "aria-" not in body
        assert "role=" not in body
        assert not re.search(r'(?:fill|stroke)="#', body), "a colour that no theme can change"


def test_a_figure_is_drawn_with_the_digits_that_its_table_shows(make: Maker) -> None:
    gini = row("attention_inequality", 0.69812, 0.65, 0.74, channel="alpha", category="reactions")
    body = figures(render(make([gini])))["gini"]
    assert body.split("<figcaption>")[0].count(">0.698<") == 2
    assert ">0.698</td>" in body
    assert ">[0.650, 0.740]</td>" in body


def test_a_range_over_choices_never_looks_like_an_interval(page: str) -> None:
    table = figures(page)["young-posts"]
    assert "(range over choices)" in table
    assert not re.search(r"\[\d", table)


def test_an_unbounded_end_is_said_and_not_drawn_beyond_the_scale(page: str) -> None:
    assert "∞] posterior" in figures(page)["reaction-distance"]


def test_what_is_not_measured_is_listed_with_its_reason_and_not_drawn(make: Maker) -> None:
    missing = row("engagement", None, channel="alpha", category="views", params="quantile=0.5")
    other = missing | {"channel": "rus", "reason": "9 posts; at least 10 are needed"}
    third = other | {"channel": "china", "reason": "7 posts; at least 10 are needed"}
    page = render(make([missing, other, third]))
    assert figures(page) == {}
    assert "<script" not in page
    part = page[page.index('id="missing"') : page.index('id="methods"')]
    assert "no views in the data" in part
    assert "for example: 9 posts; at least 10 are needed" in part
    assert part.count('<a href="#method-engagement">') == 2


def test_a_suppressed_figure_shows_no_number(page: str) -> None:
    part = page[page.index('id="missing"') : page.index('id="methods"')]
    assert "fewer than 10 persons" in part
    assert "suppressed" in part


def test_the_summary_gives_intervals_and_no_names_of_extremes(make: Maker) -> None:
    rows = [
        around("publishing_volume", 2.0, channel="rus"),
        around("publishing_volume", 8.0, channel="china"),
        exactly("coverage", 590, category="distinct posts", platform=None),
    ]
    text = render(make(rows)).split('id="short"')[1].split("</section>")[0]
    assert "590 posts of 6 channels" in text
    assert "from 2 [1.60, 2.40] to 8 [6.40, 9.60] posts a day" in text
    assert NAMES["rus"] not in text


def test_own_channels_come_first_with_a_shape_of_their_own(page: str) -> None:
    chart = figures(page)["gini"]
    order = [chart.index(f">{name}<") for name in (NAMES["alpha"], NAMES["rus"])]
    assert order == sorted(order)
    assert "Ours" in chart.split('class="chart"')[0]


def test_sources_of_unequal_capture_are_warned_of(page: str) -> None:
    part = page[page.index('id="coverage"') : page.index('id="peers"')]
    assert "captured in different ways (complete, keyword)" in part
    assert "end before the window does" in part


def test_who_is_named_is_printed_with_basis_and_evidence(page: str) -> None:
    part = page[page.index('<h2 id="named"') :]
    for channel in NAMES:
        assert f'href="https://example.org/{channel}"' in part
    assert part.count("<td>organisation</td>") == len(NAMES)


def test_a_study_without_channels_reports_persons_in_sums_only(make: Maker) -> None:
    rows = [
        exactly(
            "coverage",
            30,
            category="posts by day",
            path="unknown",
            params="source=main",
            period_start="2024-01-01T00:00:00Z",
            period_end="2024-01-02T00:00:00Z",
        ),
        around("path_mix", 1.0, path="unknown", category="posts"),
    ]
    for entry in rows:
        for end in ("period_start", "period_end"):
            if end in entry:
                entry[end] = datetime.fromisoformat(entry[end])
    page = render(make(rows, channels=Registry()))
    assert "Persons (not named)" in figures(page)["coverage-days"]
    assert "No channel is registered with a basis" in page


def test_a_study_without_objectives_says_why(make: Maker) -> None:
    study = STUDY[STUDY.index("[study]") :].replace(
        'contact = "The desk"', 'objectives_unknown = "a secondary analysis"'
    )
    assert "None could be stated: a secondary analysis" in render(make([], study=study))


def test_every_measure_has_its_entry_in_the_methods(make: Maker, page: str) -> None:
    for declaration in make().declarations.values():
        assert f'id="method-{declaration.id}"' in page
        assert declaration.title in page


def test_every_specification_is_valid_vega_lite(page: str) -> None:
    packed = re.search(r'id="specs">([^<]+)<', page)
    assert packed
    specs = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    assert set(specs) == set(figures(page))
    for name, both in specs.items():
        for width, spec in both.items():
            try:
                alt.Chart.from_dict(spec)
            except Exception as error:  # the class depends on which part is wrong
                pytest.fail(f"{name} {width}: {error}")


def test_ages_stand_in_order_of_time_whatever_their_unit(make: Maker) -> None:
    ages = ["7d+", "12-24h", "1-2d", "0-6h", "2-7d", "6-12h"]
    rows = [around("maturation", 2, category="reactions", params=f"age={age}") for age in ages]
    table = figures(render(make(rows)))["maturation"]
    shown = re.findall(r'<th scope="row">([^<]+)</th>', table)
    assert shown == ["0–6h", "6–12h", "12–24h", "1–2d", "2–7d", "7d+"]


def test_all_columns_of_the_profile_share_one_scale(page: str) -> None:
    packed = re.search(r'id="specs">([^<]+)<', page)
    assert packed
    specs = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    domains = {
        tuple(layer["encoding"]["x"]["scale"]["domain"])
        for name in ("profile-peers", "profile-peers-2")
        for panel in specs[name]["wide"]["hconcat"][1:]
        for layer in panel["layer"]
        if "scale" in layer["encoding"]["x"]
    }
    assert len(domains) == 1


def test_input_is_what_run_hands_over(make: Maker) -> None:
    given = make()
    assert isinstance(given, ReportInput)
    assert given.estimates.num_rows > 1000


def test_figures_that_rest_on_holes_are_marked_with_a_footnote(page: str) -> None:
    body = figures(page)["side-by-side"]
    foot = re.findall(r'<p class="foot">([^<]+)</p>', body)
    assert len(foot) == 1
    assert foot[0].startswith("† rests on incomplete data: only what a query found (The Very Long")
    assert "Figures here pool posts that were captured in unlike ways." in body
    chart = body.split("<figcaption>")[0]
    assert "†<" in chart
    whole = figures(page)["availability-shares"]
    assert 'class="foot"' not in whole
    assert "†" not in whole
    summary = page.split('id="short"')[1].split("</section>")[0]
    assert ("†" in summary) is ("Figures with † rest on incomplete data" in summary)


def test_unlike_ways_of_capture_are_never_side_by_side_without_a_warning(make: Maker) -> None:
    rows = [
        around("publishing_volume", 2.0, channel="alpha"),
        around("publishing_volume", 8.0, channel="china", coverage="keyword: a query"),
    ]
    body = figures(render(make(rows)))["side-by-side"]
    told = "not to be compared with each other: complete: Alpha Broadcasting; keyword search: "
    assert told + NAMES["china"] in body
    alike = [row | {"coverage": "keyword: a query"} for row in rows]
    assert "not to be compared" not in figures(render(make(alike)))["side-by-side"]


def test_the_sources_are_drawn_against_what_is_usual(page: str) -> None:
    body = figures(page)["coverage-sources"]
    for key in ("fewer than usual", "as usual", "at its cap"):
        assert key in body.split('class="chart"')[0]
    table = body.split("<tbody>")[1]
    assert re.search(r'<th scope="row">2024-01-01</th><td class="n">\d+ / 60</td>', table)
    part = page[page.index("What each source lacks</caption>") :].split("</table>")[0]
    assert "date 7" in part
    assert "ambiguous_time 3" in part
