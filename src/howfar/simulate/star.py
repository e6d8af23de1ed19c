"""Star mode: exports name the root as every post's parent, as platforms do."""

from __future__ import annotations

from typing import Any, Final

from howfar.simulate.parts import Quiet
from howfar.simulate.plan import Plan
from howfar.simulate.society import Society


class Star(Quiet):
    """Hides in exports who passed on from whom; truth/posts.parquet keeps it."""

    name = "star"

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """That parents in exports are roots."""
        return {"parent_in_exports": "root"}


MECHANISM: Final = Star()
