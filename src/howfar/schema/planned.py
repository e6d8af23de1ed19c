"""Indicators of the measurement model that this version does not build yet.

`howfar can` lists them beside those that exist, so that a study can be planned for them now. The
needs are in words: what a study must bring, whether or not the measure is there to use it.
"""

from __future__ import annotations

from dataclasses import dataclass

from howfar.schema.measure import Level


@dataclass(frozen=True, slots=True)
class Planned:
    """One indicator: its number in the model, what it answers, and the data that it will need."""

    number: str
    id: str
    asks: str
    level: Level
    needs: str
    bounded: bool = False
    labelled: bool = False


PLANNED = (
    Planned("2", "response_time", "How fast do official channels answer an event?", "activity",
            "dated events and posts of channels on the path official"),
    Planned("3", "language_fit", "Do we publish in the audience's languages?", "activity",
            "languages of posts and of the audience"),
    Planned("5", "impressions", "How often was it shown, and to how many?", "output",
            "views; unique figures and their overlap for reach", bounded=True),
    Planned("7", "platform_concentration", "On whose platforms does a country live?", "output",
            "platform shares by country", bounded=True),
    Planned("9", "audience_by_country", "Who is reached?", "output",
            "audience by country from insights exports", bounded=True),
    Planned("11", "hashtag_reach", "Which tags and topics carry?", "output", "tags and counts"),
    Planned("15", "sentiment_share", "What part is for, against, neither?", "out-take",
            "posts coded by persons on a random sample", labelled=True),
    Planned("16", "label_shift_prevalence", "The same under known error rates?", "out-take",
            "an annotator of known sensitivity and specificity"),
    Planned("17", "coder_agreement", "Can people agree on the label?", "out-take",
            "posts coded by two persons or more"),
    Planned("18", "hot_topics", "What is talked of, when does it burst?", "out-take",
            "texts with times"),
    Planned("19", "slogan_density", "Slogans or stories?", "out-take", "texts of channels"),
    Planned("20", "structural_virality", "Broadcast or person to person?", "out-take",
            "parents of reposts", bounded=True),
    Planned("21", "broadcast_share", "What part came straight from the source?", "out-take",
            "parents of reposts"),
    Planned("22", "branching_number", "Does it spread on its own?", "out-take",
            "times of reposts and followers"),
    Planned("23", "final_size", "How large will it get?", "out-take",
            "times of reposts and followers"),
    Planned("24", "reignition", "Did it come back, and where?", "out-take",
            "series on two platforms"),
    Planned("25", "negative_snowball", "Is a complaint growing by itself?", "out-take",
            "coded posts and times of reposts", labelled=True),
    Planned("26", "early_warning", "How good are the alarms?", "out-take", "labelled events"),
    Planned("27", "influence_structure", "Is attention led by a few?", "out-take",
            "reposts or mentions between accounts"),
    Planned("28", "homophily", "Do like share with like?", "out-take", "a graph of accounts"),
    Planned("29", "synchronised_share", "How much amplification is unusually synchronised?",
            "out-take", "shares: object, account, time", bounded=True),
    Planned("30", "recycled_media", "Old pictures or texts presented as new?", "out-take",
            "media files or texts"),
    Planned("31", "unofficial_voice", "Who speaks under our name?", "out-take",
            "posts of accounts whose names match"),
    Planned("32", "agenda_uptake", "Who sets whose agenda?", "out-take", "two series"),
    Planned("35", "opinion", "What does the public think?", "outcome", "a survey with weights"),
    Planned("36", "contribution_log", "Was there policy, media or partner uptake?", "impact",
            "records rated by two persons"),
    Planned("40", "penetration", "How large is the reach in proportion?", "output",
            "reach and populations", bounded=True),
    Planned("42", "associations", "With which topics and feelings is a name mentioned?",
            "out-take", "coded posts and topics", labelled=True),
    Planned("43", "interest_fit", "Do our topics match what that country talks of?", "out-take",
            "topics and audience by country"),
    Planned("44", "correction_reach", "Did the answer travel as far as the claim?", "out-take",
            "pairs of claim and answer named by a coder"),
)  # fmt: skip
