"""Which accounts are channels: told for a batch exactly as the registry tells it for each."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from howfar.privacy.pseudonyms import Pseudonymiser
from howfar.readers.protect import Protector
from howfar.schema.tables import TEXT
from howfar.study.channel import Channel
from howfar.study.registry import Registry

REGISTRY = Registry(
    tuple(
        Channel.model_validate(
            {
                "channel": name,
                "name": name,
                "organisation": name,
                "platform": platform,
                "handle": handle,
                "account_id": account,
                "paths": ["media"],
                "role": "other",
                "basis": "organisation",
                "evidence": "https://example.org",
            }
        )
        for name, platform, handle, account in (
            ("one", "x", "@Harbour_1", "11"),
            ("two", "x", "ΔΕΗ", None),
            ("three", "facebook", "harbour_1", None),
            ("four", "telegram", None, "12"),
        )
    )
)
HANDLES = st.one_of(
    st.none(),
    st.sampled_from(
        ["harbour_1", "HARBOUR_1", "@@harbour_1", " harbour_1\u00a0", "harb\u200bour_1", "", "@"]
    ),
    st.sampled_from(["δεη", "ΔΕΗ", "harbour_1@x", "ｈarbour_1", "haRbour_\u0661", "other", "\x1f"]),
)
ACCOUNTS = st.tuples(
    st.sampled_from(["x", "facebook", "telegram"]),
    st.sampled_from([None, "11", "12", "13", "011"]),
    HANDLES,
)


@settings(deadline=None)
@given(st.lists(ACCOUNTS, min_size=1, max_size=12))
def test_channels_of_a_batch_are_those_of_each_account(
    accounts: list[tuple[str, str | None, str | None]],
) -> None:
    raw = pa.table(
        {
            name: pa.array([account[n] for account in accounts], TEXT)
            for n, name in enumerate(("platform", "author_id", "author_handle"))
        }
    )
    found = Protector(Pseudonymiser(b"k" * 32), REGISTRY)._channels(
        raw, "author_id", "author_handle"
    )
    expected = [REGISTRY.match(platform, id, handle) for platform, id, handle in accounts]
    assert found.to_pylist() == [None if one is None else one.channel for one in expected]
