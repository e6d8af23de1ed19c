"""The words that howfar uses, each with the one meaning that it has here."""

from __future__ import annotations

WORDS = {
    "study": "one question with its objectives, window, channels, sources and events; a folder "
    "with a study.toml",
    "objective": "what was meant to happen, for whom, by when; stated before anything is measured",
    "window": "the time that the study speaks of: start inclusive, end exclusive, in one time zone",
    "source": "one export, or several of the same kind, with the class of its capture",
    "channel": "an account or outlet that channels.csv names, with the basis on which it may be "
    "named; without basis and evidence it stays a pseudonym",
    "person": "every account that is not a named channel; a keyed pseudonym, never shown alone",
    "path": "the way by which a message travels: official, semi_official, media, business, "
    "academia or civil_society; 'unknown' for persons",
    "role": "ours, peer or other: whose side of a comparison a channel is on",
    "basis": "why a channel may be named: organisation, registered_medium, public_office or "
    "consent, with an evidence link",
    "post": "one public message",
    "exposure": "paid, owned, earned or unknown: whether money carried the post",
    "count": "one observation of one figure of one post at one time; another crawl adds a count "
    "and never replaces one",
    "observed_at": "when the figures of an export were taken; declared in the study where the "
    "export does not say it",
    "event": "something dated that the study names; drawn above the charts",
    "coverage": "level: what a source should hold and what it holds (window, cap, gaps, capture "
    "class): the conditions under which all other figures stand",
    "capture": "how posts were collected: complete, sample, keyword, capped or browsing",
    "complete": "capture class: all posts of the named channels in the window",
    "sample": "capture class: a random part of the posts",
    "keyword": "capture class: what a query found",
    "capped": "capture class: cut at a number of posts",
    "browsing": "capture class: what a personalised feed showed; never a share of anything",
    "recheck": "another crawl, earlier or later, of posts that a main source has: it adds counts, "
    "never posts",
    "gap": "days for which a source holds nothing, or which lie after its last look",
    "zeros": "days without posts of a channel that its own usual volume makes next to impossible",
    "measure": "a declared indicator: question, formula, unit, source, uncertainty, needs",
    "estimate": "a figure with its interval, its n and its method, or the reason why there is none",
    "interval": "how far chance could have moved a figure: the narrow band where posts agree from "
    "week to week, the wide one where they do not",
    "confidence": "the kind of interval that, over many such studies, holds the true value in the "
    "stated part of them (95 per cent unless the study says otherwise)",
    "posterior": "an interval of a model with shrinkage: where the value lies given data and model",
    "bound": "limits that the value cannot leave, whatever the unseen part may be",
    "range": "the span of a figure over the choices that an analyst could make; no interval",
    "week blocks": "intervals are made by drawing whole weeks again and again, since posts come in "
    "bursts and are never independent of each other",
    "replicate": "the value of a figure in one drawing of weeks; kept beside the results",
    "seed": "the number from which everything random follows: the same seed, the same result",
    "status": "measured, not_measured or suppressed",
    "not_measured": "the data cannot give this figure; the reason stands beside it",
    "suppressed": "the figure rests on too few persons to be shown, or would give away one that "
    "does",
    "young": "a post that was less than two days old when its figures were taken: they still grow",
    "activity": "level: what was done (posts published)",
    "output": "level: what reached someone (views, reach, share of voice)",
    "out-take": "level: how people reacted (reactions, talk, sharing)",
    "outcome": "level: what changed in people (knowledge, opinion, action); never told by posts "
    "alone",
    "impact": "level: what changed in the world because of that",
    "reject": "a record that was not kept: listed as file, line and reason, never with its text",
    "pseudonym": "a keyed hash in place of an account; the key stays outside the study folder",
    "key": "32 random bytes, one set a study, kept outside its folder; without it no one can find "
    "out whether a given account is in the tables",
    "run": "one measuring of the study's tables; its id is a hash of all that it rests on",
    "provenance": "what a run rests on: hashes of inputs, settings and code, versions, seed",
    "tombstone": "what is left of a person, post or channel that was forgotten: a keyed hash of "
    "the pseudonym, by which it is left out when files are read again",
    "watched name": "a name of ours whose use by others is marked (posts.name_match) before the "
    "others' names are dropped; it says that the name occurs, not why",
    "lookalike": "a handle that looks like a channel's without being it; never matched, counted by "
    "source and channel, not named",
    "retention clock": "how long a platform lets data from its interface be kept without a "
    "refresh, counted from the last crawl; an overdue study does not report",
    "tied": "two units whose places chance does not tell apart; no order between them is stated",
    "robust": "a ranking most of whose pairs keep their order under other fair choices and are "
    "told apart by their figures; the rule is printed with each verdict",
    "framework": "why an index has these indicators and groups, and what it is not about",
    "peers": "the channels that are set side by side, by their roles and capture classes",
    "average cost": "all that was spent by all that was counted; not incremental: part of what was "
    "counted would have come without the spend",
    "incremental cost": "what was spent on a change by the effect of that change, of grade A or B",
    "not identified": "no cost is given, since the effect is below grade B, not clear of zero, or "
    "clear of it on the wrong side",
    "way": "how something reached people: paid, broadcast or word of mouth; never pooled",
    "conversion chain": "from shown to acted in steps, each a rate with its own denominator",
    "change": "something that an institution did otherwise from a day on, on channels of its own; "
    "[[changes]] in the study file",
    "effect": "what a change did, as far as a comparison with what was not changed can tell; the "
    "word is used from grade B on, below it stands difference",
    "grade": "strength of the evidence: A by lot and verified, B compared and every check passed, "
    "C adjusted or a check did not pass, D a difference only; computed, never given",
    "check": "something that has to hold for an effect to be believed; one that does not hold "
    "takes the grade down by itself",
    "control series": "a series that the change did not touch; without one whatever recovers by "
    "itself looks like an effect",
    "donor": "a unit that was not changed, of which a mixture stands in for one that was",
    "placebo": "the same analysis at a date, or of a unit, with no change: what shows there is "
    "chance or trend",
    "counterfactual": "what would have been seen without the change; never seen, always estimated",
}  # fmt: skip
"""Word -> meaning; levels and capture classes included."""
