"""Quantiles of engagement, by hand on small tables and by plain SQL on the real pages."""

import datetime as dt

import duckdb
import pytest

from howfar.measures.engagement import PROBS

JANUARY = 19_723  # 2024-01-01, a Monday
WINDOW = ("2024-01-01", "2024-01-29")


def _post(day=1, **fields):
    return {
        "channel": "a",
        "platform": "x",
        "author": "a",
        "relation": "original",
        "kind": "photo",
        "day": JANUARY + day - 1,
        "week": (JANUARY + day - 1 - 4) // 7,
        "age_s": 10**6,
    } | fields


def _take(bench, rows, **given):
    return bench.take("engagement", {"observed": rows}, WINDOW, **given)


def test_quantiles_are_values_that_posts_have(bench, pick):
    rows = [_post(day=k, reactions=k * k) for k in range(1, 21)]
    found = _take(bench, rows)
    # 20 posts: the quarter is the 5th, the half the 10th, then the 15th and the 18th.
    for p, expected in zip(PROBS, (25, 100, 225, 324), strict=True):
        one = pick(found, params=f"quantile={p:g}", period_start=None)
        assert one.estimate.value == expected
        assert one.estimate.low < expected < one.estimate.high
        assert one.estimate.n_posts == 20
        assert one.replicates.shape == (200,)


def test_young_posts_and_reposts_are_left_out_and_counted(bench, pick):
    rows = [_post(day=k, reactions=10) for k in range(1, 13)]
    rows += [_post(day=20, reactions=10**6, age_s=172_799)] * 3
    rows += [_post(day=20, reactions=10**6, relation="repost")] * 30
    found = pick(_take(bench, rows), params="quantile=0.9", period_start=None).estimate
    assert found.value == 10
    assert found.n_posts == 12
    assert found.reason == "3 posts younger than two days at observation left out"


def test_only_young_posts_are_no_figure(bench):
    rows = [_post(day=k, reactions=5, age_s=60) for k in range(1, 25)]
    found = _take(bench, rows)
    assert {r.estimate.status for r in found} == {"not_measured"}
    assert "0 settled posts; at least 10" in found[0].estimate.reason
    assert "24 posts younger than two days" in found[0].estimate.reason


def test_nine_posts_are_refused_and_ten_are_not(bench, pick):
    for n, status in ((9, "not_measured"), (10, "measured")):
        rows = [_post(day=2 * k + 1, comments=k) for k in range(n)]
        found = pick(_take(bench, rows), params="quantile=0.5", period_start=None).estimate
        assert found.status == status


def test_kinds_have_their_own_medians(bench, pick):
    rows = [_post(day=k, reactions=k) for k in range(1, 12)]
    rows += [_post(day=k, reactions=100 * k, kind="video") for k in range(1, 12)]
    found = _take(bench, rows)
    photo = pick(found, params="quantile=0.5;kind=photo").estimate
    video = pick(found, params="quantile=0.5;kind=video").estimate
    assert (photo.value, video.value) == (6, 600)
    assert (photo.n_posts, video.n_posts) == (11, 11)


def test_a_week_has_its_days_as_blocks(bench, pick):
    rows = [_post(day=d, reactions=10 * d + k) for d in range(1, 8) for k in range(3)]
    week = pick(_take(bench, rows), period_start=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    # 21 values from 10 to 72: the 11th is the middle post of the fourth day.
    assert week.estimate.value == 41
    assert week.dims["period_end"] == dt.datetime(2024, 1, 8, tzinfo=dt.UTC)
    assert week.estimate.method == "t interval on the log scale, few blocks (7): days of the week"
    assert week.replicates is None


@pytest.mark.parametrize(
    ("days", "status"), [(1, "not_measured"), (3, "not_measured"), (4, "measured")]
)
def test_a_week_with_posts_on_few_days_has_no_interval(bench, pick, days, status):
    """Two or three days of 5 to 900 would give an interval over eight powers of ten."""
    rows = [_post(day=1 + k % days, reactions=5 * (1 + k) ** (1 + k % days)) for k in range(20)]
    week = pick(_take(bench, rows), period_start=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    assert week.estimate.status == status
    if status == "not_measured":
        word = "day" if days == 1 else "days"
        assert week.estimate.reason == f"posts on {days} {word} of the week; an interval needs 4"


def test_a_cut_week_ends_where_the_window_ends(bench, pick):
    rows = [_post(day=d, reactions=d) for d in range(22, 27) for _ in range(3)]
    found = bench.take("engagement", {"observed": rows}, ("2024-01-23", "2024-01-27"))
    week = pick(found, period_end=dt.datetime(2024, 1, 27, tzinfo=dt.UTC))
    assert week.dims["period_start"] == dt.datetime(2024, 1, 23, tzinfo=dt.UTC)


def test_persons_are_pooled_and_have_neither_kinds_nor_weeks(bench, pick):
    rows = [_post(day=k, channel=None, author=f"p{k % 4}", reactions=k) for k in range(1, 21)]
    rows += [_post(day=k, channel=None, author="late", reactions=k, age_s=5) for k in (1, 2)]
    found = _take(bench, rows)
    assert {r.dims["params"] for r in found} == {f"quantile={p:g}" for p in PROBS}
    one = pick(found, params="quantile=0.5")
    assert one.dims["path"] == "unknown"
    assert (one.estimate.value, one.estimate.n_persons) == (10, 4)
    assert one.estimate.n_channels is None


def test_a_metric_that_is_never_given_has_no_row(bench):
    rows = [_post(day=k, reactions=k) for k in range(1, 21)]
    assert {r.dims["category"] for r in _take(bench, rows)} == {"reactions"}


def test_zero_is_a_count_and_missing_is_none(bench, pick):
    rows = [_post(day=k, reactions=0) for k in range(1, 12)]
    rows += [_post(day=k, reactions=None) for k in range(1, 12)]
    found = pick(_take(bench, rows), params="quantile=0.9", period_start=None).estimate
    assert (found.value, found.n_posts) == (0, 11)


def test_medians_of_the_real_pages_equal_plain_sql(newsroom_results, newsroom_study, newsrooms):
    """The medians of every page, recomputed from the raw files without any code of howfar."""
    results = newsroom_results("engagement")
    own = {
        (r.dims["channel"], r.dims["category"]): (r.estimate.value, r.estimate.n_posts)
        for r in results
        if r.dims["params"] == "quantile=0.5" and "period_start" not in r.dims
    }
    assert len(own) == 14 * 3
    engine = duckdb.connect(config={"threads": 1})
    for source in newsroom_study["sources"]:
        if source.get("use") == "recheck":
            continue
        observed = source["observed_at"]
        if observed.tzinfo is not None:
            observed = observed.astimezone(dt.timezone(dt.timedelta(hours=-5)))
        sql = """
            with raw as (
                select status_id, strptime(status_published, $form) as published,
                       num_reactions as r, num_comments as c, num_shares as s,
                              row_number() over () as line
                from read_csv($file, header = true, all_varchar = true, quote = '"', escape = '"',
                              strict_mode = false, max_line_size = 10000000)
            ), distinct_posts as (
                select status_id, arg_max(published, line) as published,
                       arg_max(r::bigint, line) as r, arg_max(c::bigint, line) as c,
                              arg_max(s::bigint, line) as s
                from raw group by status_id
            )
            select count(*), quantile_disc(r, 0.5), quantile_disc(c, 0.5), quantile_disc(s, 0.5)
            from distinct_posts
            where published <= $observed::timestamp - interval 2 days
              and published >= $start::timestamp and published < $stop::timestamp
        """
        n, *medians = engine.execute(
            sql,
            {
                "file": str(newsrooms / source["path"]),
                "form": "%Y-%m-%d %H:%M:%S",
                "observed": observed.replace(tzinfo=None),
                "start": newsroom_study["window"]["start"],
                "stop": newsroom_study["window"]["end"],
            },
        ).fetchone()
        for metric, median in zip(("reactions", "comments", "shares"), medians, strict=True):
            assert own[source["channel"], metric] == (median, n), (source["channel"], metric)


def test_the_largest_persons_part_is_told_for_the_dominance_rule(bench):
    # One person has 3 of 4 posts in every week, another the fourth.
    rows = [
        {"platform": "x", "relation": "original", "author": f"p{k // 3}", "week": 2817 + w}
        | {"day": 19_723 + 7 * w, "reactions": 5, "kind": "link", "age_s": 10**6}
        for w in range(12)
        for k in range(4)
    ]
    found = [r for r in bench.take("engagement", {"observed": rows}) if r.estimate.value]
    assert found
    for result in found:
        assert result.largest == pytest.approx(0.75 * result.estimate.value)
