"""Closed lists that the registry and the study file share."""

from typing import Literal

Path = Literal["official", "semi_official", "media", "business", "academia", "civil_society"]
Role = Literal["ours", "peer", "other"]
Basis = Literal["organisation", "registered_medium", "public_office", "consent"]
Property = Literal[
    "latency", "language", "kind", "frequency", "time", "openness", "sources", "replies"
]
