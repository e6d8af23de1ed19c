"""What counts of settled posts rest on."""

from howfar.schema.settled import too_few_on_top


def test_few_posts_at_the_top_are_told() -> None:
    assert too_few_on_top(20) is None
    assert too_few_on_top(6.5) == "rests on the top 6.5 posts: too narrow, as planted worlds show"
