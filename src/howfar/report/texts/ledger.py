"""Texts of the ledger of sources, of availability, and of the mark on incomplete figures."""

TEXT = {
    "mark": "†",
    "mark.foot": "† rests on incomplete data: {codes}. The notes of the table say what is missing.",
    "mark.code": "{what} ({names})",
    "mark.pooled": "all",
    "mark.unlike": "Captured in unlike ways, and not to be compared with each other: {ways}.",
    "mark.way": "{way}: {names}",
    "mark.mixed": "Figures here pool posts that were captured in unlike ways.",
    "code.gap": "gaps",
    "code.zeros": "silences that chance all but excludes",
    "code.cap": "days at a cap",
    "code.keyword": "only what a query found",
    "code.sample": "a random sample",
    "code.capped": "cut at a number of posts",
    "code.browsing": "only what a personalised feed showed",
    "code.mixed": "unlike ways of capture pooled",
    "code.censored": "posts removed or withheld",
    "summary.marked": "Figures with † rest on incomplete data; the charts below say on which.",
    "sources.asks": "What should each source hold, and what did we see of it?",
    "sources.label": "{source}: {capture}",
    "sources.read": "One row a source, with its capture class; each cell is one {unit} (UTC). “As "
    "usual” compares with what the source itself has on the nearest same weekdays (or with the "
    "platform’s own count, where the study has one). Hatched: nothing seen, a gap. Grey: the "
    "source need not hold it.",
    "sources.alt": "Heat map of observed against expected posts by {unit} for {n} sources, with "
    "gaps hatched and times that are not expected in grey. The same figures are in the table "
    "below the chart.",
    "sources.gap": "gap: nothing seen",
    "sources.absent": "not expected",
    "sources.fewer": "fewer than usual, or a channel missing",
    "sources.tip_without": "; nothing of {names}",
    "sources.usual": "as usual",
    "sources.more": "more than usual",
    "sources.unknown": "seen in part, or usual not known",
    "sources.none": "no posts, as usual",
    "sources.full": "at its cap",
    "sources.tip": "{label}, {day}: {seen}",
    "sources.tip_expected": "{label}, {day}: {seen}; usual: {usual}",
    "sources.hidden": "hidden to protect persons",
    "sources.table": "{asks} Observed / expected (– is not known)",
    "sources.lacks": "What each source lacks",
    "sources.files": "{reason} {n}",
    "head.class": "Capture class",
    "head.cap": "Cap",
    "head.rejects": "Rejected, by reason",
    "head.remarks": "Remarks on kept records",
    "head.unknown": "Unknown columns",
    "head.gap_days": "Gap days",
    "head.zero_days": "Impossible zeros (days)",
    "head.cap_days": "Days at the cap",
    "head.usual": "Usual a day",
    "availability.title": "Removed, withheld, labelled",
    "availability.intro": "Which part of the posts that we hold was not to be seen by everyone. "
    "What was removed before the first collection is in no export, so that these shares are lower "
    "bounds of what was removed.",
    "availability.none": "No export of this study tells whether posts were removed, withheld or "
    "labelled, and no later complete crawl was made to look again.",
    "availability.asks": "Which part of each channel’s posts was removed, withheld or labelled?",
    "availability.read": "A share of all posts whose export can tell it, counted, not estimated. "
    "Missing at a recheck: removed, deleted or hidden by the channel, or overlooked by the crawl.",
    "availability.withheld": "Withheld anywhere",
    "availability.removed": "Removed",
    "availability.labelled": "Labelled",
    "availability.missing at recheck": "Missing at a recheck",
    "availability.weeks_asks": "Since when were posts withheld?",
    "availability.weeks_read": "The share of each week’s posts (week of publication, UTC) that any "
    "look found withheld in a country.",
    "availability.places": "Posts withheld, by country, and channels with at least one",
    "head.channels_hit": "Channels with one or more",
    "head.share": "Share of posts",
}
