"""Small cells of persons are suppressed over all estimates of a run; channels are not."""

from howfar.publish.protect import protect_persons
from howfar.publish.results import Measured
from howfar.schema.estimate import Estimate, Result
from howfar.schema.measure import registry

DECLARATION = registry()["publishing_volume"].declaration


def cell(value: float, persons: int | None, largest: float | None = None, **dims: str) -> Result:
    estimate = Estimate(
        value, value, value, "bound", None, 10, persons, 1, "posts", "by hand", "measured"
    )
    return Result(estimate, dims, largest=largest)


def statuses(*cells: Result) -> list[str]:
    (shown,) = protect_persons([Measured(DECLARATION, cells)], minimum=10)
    return [result.estimate.status for result in shown.results]


def test_few_persons_are_suppressed_and_channels_are_not() -> None:
    few = cell(3, 9, path="unknown", params="a")
    enough = cell(3, 10, path="unknown", params="b")
    channel = cell(3, None, channel="ours", params="c")
    assert statuses(few, enough, channel) == ["suppressed", "measured", "measured"]


def test_one_dominating_person_is_suppressed() -> None:
    assert statuses(cell(10, 30, largest=5.1, path="unknown")) == ["suppressed"]
    assert statuses(cell(10, 30, largest=5.0, path="unknown")) == ["measured"]


def test_a_suppressed_member_of_a_mix_cannot_be_computed_from_total_and_rest() -> None:
    total = cell(10, 40, path="unknown")
    rare = cell(1, 2, path="unknown", category="kind=poll")
    small = cell(4, 15, path="unknown", category="kind=video")
    large = cell(5, 30, path="unknown", category="kind=link")
    assert statuses(total, rare, small, large) == [
        "measured",
        "suppressed",
        "suppressed",
        "measured",
    ]


def test_a_suppressed_share_cannot_be_computed_from_the_other_paths() -> None:
    # The media know their own share: hidden with the persons' alone, they could subtract it.
    persons = cell(0.1, 4, path="unknown", category="posts")
    media = cell(0.3, None, path="media", category="posts")
    official = cell(0.6, None, path="official", category="posts")
    assert statuses(persons, media, official) == ["suppressed"] * 3


def test_a_hidden_share_cannot_be_computed_on_its_own_platform() -> None:
    # One person on facebook, fifteen on x: hiding both persons' shares hides neither, since each
    # is 1 less the other paths of its platform.
    cells = [
        cell(value, persons if path == "unknown" else None, path=path, platform=platform)
        for platform, persons in (("x", 15), ("facebook", 1))
        for path, value in (("unknown", 0.1), ("media", 0.3), ("official", 0.6))
    ]
    on_x, on_facebook = ["suppressed", "suppressed", "measured"], ["suppressed"] * 3
    assert statuses(*cells) == on_x + on_facebook


def test_a_source_of_few_persons_cannot_be_computed_from_the_sum_over_sources() -> None:
    total = cell(100, 40, category="records")
    few = cell(7, 3, params="source=a", category="records")
    many = cell(93, 37, params="source=b", category="records", platform="x")
    assert statuses(total, few, many) == ["measured", "suppressed", "suppressed"]


def test_a_day_of_few_persons_cannot_be_computed_from_the_other_days() -> None:
    days = [
        cell(value, persons, path="unknown", category="posts by day", period_start=str(day))
        for day, (value, persons) in enumerate([(50, 30), (4, 3), (20, 15)])
    ]
    assert statuses(*days) == ["measured", "suppressed", "suppressed"]


def test_a_hidden_share_is_hidden_too_where_its_bounds_repeat_it() -> None:
    persons = cell(0.1, 4, path="unknown", category="reactions")
    media = cell(0.3, None, path="media", category="reactions")
    again = cell(0.3, None, path="media", category="reactions", params="split=any")
    other = cell(0.4, None, path="media", category="reactions", params="another figure")
    assert statuses(persons, media, again, other) == ["suppressed"] * 3 + ["measured"]


def test_nothing_of_a_suppressed_cell_remains() -> None:
    (shown,) = protect_persons([Measured(DECLARATION, (cell(3, 2, 2.0, path="unknown"),))], 10)
    (result,) = shown.results
    assert result.replicates is None
    assert result.largest is None
    assert result.estimate.value is None
    assert result.estimate.n_persons is None


def test_channels_are_shown_beside_a_hidden_cell_of_persons() -> None:
    # Anybody can count a channel's posts: hiding their number would protect nobody.
    few = cell(3, 4, path="unknown", platform="x", language="sw")
    ours = cell(3, None, channel="ours", platform="x", language="sw")
    theirs = cell(5, None, channel="theirs", platform="x", language="sw")
    assert statuses(few, ours, theirs) == ["suppressed", "measured", "measured"]


def _day(value: float, persons: int | None, day: int, **dims: str) -> Result:
    return cell(value, persons, category="posts by day", period_start=str(day), **dims)


def test_posts_of_few_persons_cannot_be_computed_from_all_posts_and_the_channels() -> None:
    # 64 posts less 20 of the channel and 40 of the persons of x are the 4 of three persons on
    # mastodon: the sum, or a day of x, is hidden with them.
    cells = [
        cell(64, 43, category="distinct posts"),
        cell(24, 3, category="distinct posts", params="source=a"),
        cell(40, 40, category="distinct posts", params="source=b"),
        _day(20, None, 1, channel="ours", platform="mastodon", params="source=a"),
        _day(4, 3, 1, path="unknown", platform="mastodon", params="source=a"),
        _day(15, 12, 1, path="unknown", platform="x", params="source=b"),
        _day(25, 20, 2, path="unknown", platform="x", params="source=b"),
    ]
    every, _, _, ours, few, *others = statuses(*cells)
    assert (ours, few) == ("measured", "suppressed")
    assert "suppressed" in (every, *others)


def test_the_same_few_persons_on_many_days_stay_few() -> None:
    # Three persons on each of ten days are not thirty.
    few = [_day(4, 3, day, path="unknown", platform="x", params="source=a") for day in range(10)]
    total = cell(40, 30, category="distinct posts", params="source=a")
    assert statuses(total, *few) == ["suppressed"] * 11


def test_what_the_platform_counted_on_a_day_of_few_persons_is_hidden() -> None:
    counted = cell(12, 12, category="expected by day", period_start="1", params="source=a")
    ours = _day(10, None, 1, channel="ours", params="source=a")
    few = _day(2, 2, 1, path="unknown", params="source=a")
    assert statuses(counted, ours, few) == ["suppressed", "measured", "suppressed"]


def test_no_share_of_posts_is_shown_beside_a_hidden_one_of_persons() -> None:
    # 60 posts of the media, which are public, and their share 0.6 tell of 100 posts in all.
    shares = {"unknown": (0.1, 30, 0.08), "media": (0.6, None, None), "official": (0.3, None, None)}
    cells = [
        cell(value, persons, largest, path=path, platform="x", category="posts")
        for path, (value, persons, largest) in shares.items()
    ]
    assert statuses(*cells) == ["suppressed"] * 3
