"""Damaged records in the exports, which no reader may keep; truth/rejects.parquet lists them."""

from __future__ import annotations

from typing import Any, Final

from howfar.simulate.export.files import FORMS
from howfar.simulate.export.rejects import RejectSettings
from howfar.simulate.parts import Quiet
from howfar.simulate.plan import Plan
from howfar.simulate.society import Society


class Rejects(Quiet):
    """Turns on that exports hold damaged copies of some records, right after the true ones."""

    name = "rejects"

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Damaged records to a true one, and the reasons for each kind of damage by format."""
        return {
            "rate": plan.of(RejectSettings).rate,
            "kinds": {
                name: {kind: reason for kind, (reason, _) in form.damages.items()}
                for name, form in FORMS.items()
            },
        }


MECHANISM: Final = Rejects()
