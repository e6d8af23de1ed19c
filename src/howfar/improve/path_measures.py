"""What the figures of the enhancement path declare: effects, gaps, associations, tests, costs."""

from __future__ import annotations

from typing import Any, Final

from howfar.schema.measure import Declaration, Example

_WEEKS: Final = [9, 11] * 5 + [11, 13] * 3
"""Ten weeks about 10 and, after a change, six about 12."""
_POSTS: Final[list[dict[str, Any]]] = [
    {"channel": f"c{n}", "week": week, "kind": kind, "reactions": mean + away}
    for n, more in enumerate((1, -1, 2, -2, 0, 0))
    for week in range(5)
    for kind, mean in (("photo", 10), ("video", 12 + more))
    for away in (2, -2)
]
"""Photos with 10 reactions in six channels, videos with 12, in some channels more or fewer."""

EFFECT = Declaration(
    id="effect_of_change",
    number="33",
    title="Effect of a change",
    asks="Did what we changed make a difference?",
    level="out-take",
    formula="sum(seen) / sum(expected) - 1",
    parts={
        "seen": "the outcome in each week since the change",
        "expected": "what was to be expected in that week without it",
    },
    unit="part of what would have been",
    source="interrupted series: Lopez Bernal, Cummins & Gasparrini 2017 (doi 10.1093/ije/dyw098); "
    "ATT(g, t): Callaway & Sant'Anna 2021 (doi 10.1016/j.jeconom.2020.12.001); synthetic control: "
    "Abadie & Gardeazabal 2003 (doi 10.1257/000282803321455188); counterfactual series: Brodersen "
    "et al. 2015 (doi 10.1214/14-AOAS788)",
    uncertainty="of the design: standard errors that know of autocorrelation, multiplier "
    "bootstrap, or placebos; every check stands beside it",
    needs=("changes", "weeks"),
    min_posts=0,
    rules="The study dates its changes ([[changes]]) and names experiments that are over "
    "([[experiments]]), which are analysed as they were registered. Of a change the outcome is the "
    "weekly mean of a figure a post, or posts a week, of whole weeks inside the window; posts that "
    "money carried, reposts and posts younger than two days at observation have none. What is "
    "expected without the change comes from the channels' own past and from channels that did not "
    "change (those that the study names, else all compared channels of the same platform); changes "
    "of one practice on several dates are one effect besides. The level of a figure is that of its "
    "outcome. The grade follows from the checks alone: A by lot, B compared and every check "
    "passed, C one of the two, D the rest.",
    beware="Only grades A and B say what a change did. Without a control series a recovery that "
    "would have come by itself looks like an effect.",
    example=Example(
        rows={"weeks": [{"replies": n, "changed": week >= 10} for week, n in enumerate(_WEEKS)]},
        where={"category": "relative"},
        value=0.2,
        interval=(0.07660554076599858, 0.3375372366887937),
        parts={"seen": _WEEKS[10:], "expected": [10] * 6},
    ),
)

GAP = Declaration(
    id="gap_to_others",
    number="37",
    title="Gap to others",
    asks="How far are we from a peer, from the best and from our own target, and in what?",
    level="activity",
    formula="own - other",
    parts={"own": "points of the index", "other": "those of whom it is compared with"},
    unit="points of the index",
    source="OECD/JRC Handbook on Constructing Composite Indicators 2008 (doi "
    "10.1787/9789264043466-en), decomposition",
    uncertainty="bootstrap: draws of the figures carried through the index",
    needs=("index", "peers"),
    min_posts=0,
    rules="The parts, one an indicator, sum to the gap. A part is within control where its figure "
    "is something that the institution decides: how often, how fast, in which languages and forms "
    "it publishes and answers. By platform and, for channels that publish in it, by language.",
    beware="A gap is a difference and nothing more: that a peer has more of something does not "
    "tell what having more of it would bring.",
    example=Example(
        rows={"scores": [{"unit": "a", "score": 40.0}, {"unit": "b", "score": 55.0}]},
        where={"category": "gap"},
        value=-15.0,
        interval=(-15.0, -15.0),
        parts={"own": 40, "other": 55},
    ),
)

ASSOCIATION = Declaration(
    id="post_association",
    number="12",
    title="What goes with engagement",
    asks="Which properties of posts go with more engagement, within a channel?",
    level="out-take",
    formula="exp(log(with_it) - log(without)) - 1",
    parts={
        "with_it": "engagement of posts that have the property, all else in the model equal",
        "without": "that of posts of the reference",
    },
    unit="part of the reference",
    source="Wooldridge 1999 (doi 10.1016/S0304-4076(98)00033-5); false discovery rate: Benjamini & "
    "Hochberg 1995 (doi 10.1111/j.2517-6161.1995.tb02031.x)",
    uncertainty="robust (CR2), clustered by channel; below six channels by channel and week "
    "together",
    needs=("counts", "registry"),
    min_posts=100,
    rules="Counts of settled own posts by the property, with an effect of each channel and of each "
    "week; one family of tests, declared and counted.",
    beware="What goes with something need not bring it about: channels choose what they post, and "
    "when.",
    example=Example(
        rows={"posts": _POSTS},
        where={"category": "kind: video"},
        value=0.2,
        interval=(0.060222896741, 0.358204962774),
        parts={"with_it": 12, "without": 10},
    ),
)

EXPERIMENT = Declaration(
    id="planned_experiment",
    number="34",
    title="Test that would settle it",
    asks="Which test would tell, how long would it run, and what could it find?",
    level="out-take",
    formula="sum(found) / tried",
    parts={
        "found": "1 for each placebo test with a planted effect that found it, else 0",
        "tried": "placebo tests on the study's own past",
    },
    unit="part of experiments",
    source="Bojinov, Simchi-Levi & Zhao 2023 (doi 10.1287/mnsc.2022.4583); permutation: Fisher "
    "1935; power by simulation on the past as in GeoLift",
    uncertainty="Wilson over the placebo tests that were tried",
    needs=("changes", "weeks"),
    min_posts=0,
    rules="The design of a test is drawn anew again and again over stretches of the past in which "
    "nothing was changed, with effects of known size added; power is the part of them in which the "
    "test finds the effect, the detectable change the smallest with a power of 80 %.",
    beware="The past is no promise: a livelier time needs a longer test.",
    example=Example(
        rows={"placebos": [{"found": 1}] * 16 + [{"found": 0}] * 4},
        where={"category": "power"},
        value=0.8,
        interval=(0.5839825677481064, 0.919342337420202),
        parts={"found": [1] * 16 + [0] * 4, "tried": 20},
    ),
)

COST = Declaration(
    id="cost_per_effect",
    number="4",
    title="Cost of an effect",
    asks="What did one more engagement, click or visit cost?",
    level="outcome",
    formula="spend / effect",
    parts={
        "spend": "what the change cost, beside what would have been spent anyway",
        "effect": "how much more of the outcome there was, in all",
    },
    unit="currency per engagement",
    source="Barcelona Principles 3.0 (AMEC 2020); Fieller 1954 (doi "
    "10.1111/j.2517-6161.1954.tb00159.x)",
    uncertainty="Fieller; not identified where the effect is not clear of zero",
    needs=("costs|changes",),
    min_posts=0,
    rules="Spend comes from costs.csv or the change itself. Where no effect of grade A or B is "
    "identified, the cost of one more is not told. A plain average stands beside it either way "
    "and is named so: average cost, not incremental. Lines of costs.csv count for a change by the "
    "whole weeks in which it held. Currencies are never added up.",
    beware="An average cost says nothing of what one more would cost.",
    example=Example(
        rows={"costs": [{"amount": 1000.0, "currency": "EUR", "effect": 200.0}]},
        where={"category": "incremental"},
        value=5.0,
        interval=(1000.0 / 300, 10.0),
        parts={"spend": 1000, "effect": 200},
    ),
)

CHAIN = Declaration(
    id="conversion_chain",
    number="45",
    title="From shown to acted",
    asks="How many went on from each step to the next: shown, clicked, visited, acted?",
    level="outcome",
    formula="sum(went_on) / sum(were_there)",
    parts={
        "went_on": "counts of a step, by row",
        "were_there": "counts of the step before, of the rows that have both",
    },
    unit="share",
    source="AMEC Integrated Evaluation Framework; Korn & Graubard 1998, Survey Methodology 24",
    uncertainty="Wilson on the effective number, clustered by week",
    needs=("counts.views", "counts.clicks"),
    min_posts=0,
    rules="Each step is a rate with its own denominator; posts that lack one of two steps are left "
    "out of that rate only. One chain a channel. Posts that money carried and posts younger than "
    "two days at observation are in none.",
    beware="Who visits is not who was shown: a step's rate speaks of counts, not of persons.",
    example=Example(
        rows={
            "weeks": [
                {"views": 1000.0, "clicks": 20.0},
                {"views": 3000.0, "clicks": 66.0},
                {"views": 2000.0, "clicks": 34.0},
            ]
        },
        where={"category": "clicks of views"},
        value=0.02,
        interval=(0.010613297715471433, 0.03737495834100862),
        parts={"went_on": [20, 66, 34], "were_there": [1000, 3000, 2000]},
    ),
)

PATH_DECLARATIONS: Final = (COST, ASSOCIATION, EFFECT, EXPERIMENT, GAP, CHAIN)
"""In the order of their numbers."""
