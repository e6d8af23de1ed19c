"""Texts of the index: its scores, how sure they are, and how it was made."""

TEXT = {
    "index.title": "Index: {title}",
    "index.intro": "One figure for each {unit}, made of {n} indicators. It is an index of "
    "{called}: {why}. It never stands alone: below are the indicators that make it, and after "
    "them how sure its places are.",
    "index.fed": "{names} tell what changed in people or in the world",
    "index.unfed": "none of its indicators tells what changed in people or in the world, so it may "
    "not be called effectiveness",
    "index.framework": "Why these indicators: {text}",
    "index.no_framework": "The study does not say why these indicators and groups were chosen; "
    "without that the index is a sum of what happened to be there.",
    "index.absent": "Not in the index: {names}.",
    "index.scores_asks": "What are the index and its parts for each {unit}?",
    "index.scores_read": "{scale} {interval}",
    "index.scores_interval": "The line is the interval that chance alone leaves (sampling); it "
    "says nothing of other ways to make the index.",
    "index.scores_exact": "The figures count as known: the table gives no standard errors, so "
    "there are no intervals.",
    "index.scale_min_max": "Each indicator runs from {low} (least among those compared) to {high} "
    "(most); a score says where a {unit} stands among these, not how good it is.",
    "index.scale_other": "Scale: {method}.",
    "index.grid_asks": "Which indicators make the index of each {unit}?",
    "index.grid_read": "One row a {unit}, one column an indicator; the key tells the classes. The "
    "figures are scores on the common scale. Columns: {heads}.",
    "index.grid_alt": "Table of colours: scores of {n} {units} on {k} indicators. The same figures "
    "are in the table below.",
    "index.class": "{low} to {high}",
    "index.class_none": "no figure",
    "index.profile_asks": "How does each stand beside its peers, indicator by indicator?",
    "index.profile_read": "The dot is the score of the {unit}, the pale bar the middle half of all "
    "{n} {units} (no interval). A dot right of the bar is above most, left of it below most.",
    "index.weights_asks": "Does each indicator count as much as its weight says?",
    "index.weights_weight": "Weight in the index",
    "index.weights_share": "Part of what sets units apart",
    "index.weights_pull": "Goes with the index (correlation)",
    "index.weights_read": "Left: the share of the index that the indicator was given. Middle, "
    "where the index is a plain sum: its part of what sets the {units} apart (of the variance); "
    "all parts make 100 %, and one below 0 works against the others. Right: how closely the index "
    "follows it, from −1 to 1. Equal weights do not make equal influence. With {n} {units} all "
    "this is rough.",
    "index.weights_few": "The share of the index that each indicator was given. What it moves "
    "cannot be told from {n} {units}.",
    "index.counter_many": "{n} indicators run against the index or their own part of it: {names}.",
    "index.redundant_many": "{n} pairs of indicators say nearly the same (correlation above "
    "{limit}): {names}.",
    "index.gap_asks": "What makes the difference between {a} and {b}?",
    "index.change_asks": "What makes the change of {unit} from {start} to {end}?",
    "index.gap_read": "From the index of {b} (top) to that of {a} (bottom). Each bar is what one "
    "indicator adds (▶) or takes away (◀); together they are the difference to the last digit. "
    "{exact} The scale need not begin at 0.",
    "index.gap_additive": "The index is a weighted mean, so that the parts are exact.",
    "index.gap_shared": "The index is not a plain sum; what indicators do together is shared out "
    "by a fixed rule ({method}).",
    "index.gap_alt": "Bars from the index of {b} to that of {a}, one an indicator. The same "
    "figures are in the table below the chart.",
    "index.gap_caption": "{asks} Points of the index",
    "index.net_asks": "What changes without synchronised amplification?",
    "index.net_read": "The same index with raw figures and net of synchronised amplification, for "
    "the indicators that exist in both forms. Synchronised does not mean inauthentic.",
    "index.raw": "Raw",
    "index.net": "Net of synchronised",
    "sure.title": "How sure is the index?",
    "sure.two": "Two things could have given other places. Chance: in other weeks the same "
    "{units} would have had somewhat other figures. Choices: someone else could have made the "
    "index in another way that is just as fair. Both are shown apart, then together.",
    "sure.no_chance": "The table gives no standard errors, so only choices could be tried: "
    "chance comes on top of what is shown.",
    "sure.choices": "Tried at random, {n} times, all combinations of: {choices}.",
    "sure.choice": "{verb}: {options}",
    "sure.more": "and {n} more",
    "sure.usual": "Nobody said which other choices would be fair, so the usual ones were tried.",
    "sure.ranks_asks": "Which places could each {unit} hold?",
    "sure.by_chance": "Chance alone",
    "sure.by_choice": "Other fair choices alone",
    "sure.by_both": "Both together",
    "sure.ranks_read": "The dot is the place in the index as declared; 1 is the highest, and equal "
    "places are shown as such. {chance}{choices}Where lines overlap, do not say that one is ahead "
    "of the other.",
    "sure.ranks_chance": "Chance (solid line): the places that cannot be ruled out; all lines "
    "together hold all true places with {level} confidence. ",
    "sure.ranks_choices": "Choices and both (dashed line): the middle nine tenths of the places "
    "over all that was tried; a span, not an interval, since nobody can say how likely each choice "
    "is. ",
    "sure.ranks_apart": "The right can look narrower than the left: the left holds every place "
    "that cannot be ruled out, the right only the middle nine tenths of what came out. ",
    "sure.tied_caption": "Who can be told apart? By chance alone, with {level} confidence for all "
    "statements together",
    "sure.tied_number": "Ties",
    "sure.choice_head": "Choice",
    "sure.least_most": "from the unit that moves least to the one that moves most",
    "sure.mean_most": "{mean} (most {most})",
    "sure.tied_head": "Tied with",
    "sure.place": "Place",
    "sure.places": "Places not ruled out",
    "sure.tied_none": "nobody: its place is sure",
    "sure.tied_count": "{n} of {of}",
    "sure.sobol_asks": "Which choice decides most about the places?",
    "sure.sobol_first": "By itself",
    "sure.sobol_total": "With all that it does together with others",
    "sure.sobol_read": "Of all the movement of places over the indices tried: the part that goes "
    "away if this one choice is settled (left), and the part in which it has a hand (right). A "
    "choice near 0 % on the right hardly matters and need not be argued about. Where right is much "
    "more than left, the choice matters only together with others. Lines are {level} intervals "
    "(bootstrap). The parts of a column need not add up to 100 %; just below 0 % is 0 "
    "with its error.",
    "sure.sobol_note": "Known to specialists as Sobol’s first-order and total sensitivity indices.",
    "sure.without_asks": "What if one indicator, or one group of them, were left out?",
    "sure.without_mean": "Places moved, on average",
    "sure.without_most": "Places moved, at most",
    "sure.without_read": "How far the {units} move when the index is made again without it. A long "
    "way means that the order hangs on this one part. The table says who moves.",
    "sure.without_who": "{name} {before} → {after}",
    "sure.none": "nobody",
    "sure.who": "Who moves most",
    "sure.out": "Left out",
    "made.title": "How the index was made",
    "made.intro": "The ten steps of the Handbook on Constructing Composite Indicators (OECD and "
    "the European Commission’s Joint Research Centre, 2008), filled in from what was done, not "
    "from what was meant.",
    "made.caption": "The ten steps",
    "made.step": "Step",
    "made.state": "State",
    "made.what": "What was done",
    "made.see": "See",
    "made.done": "done",
    "made.partly": "in part",
    "made.not": "not done",
    "made.log": "Every verb with its arguments, in the order in which it was carried out",
    "made.verb": "Verb",
    "made.arguments": "Arguments",
    "made.did": "What it did",
    "made.tree": "The tree: what goes into what",
    "made.node": "Part",
    "made.within": "Within",
    "made.level": "Level",
    "made.direction": "More is",
    "made.share": "Share of the index",
    "made.unit": "Unit",
    "made.better": "better",
    "made.worse": "worse",
    "index.head_unit": "Unit",
    "index.head_part": "Part",
    "index.head_points": "Points",
    "index.head_middle": "Median of all",
    "index.head_lower": "Lower quarter",
    "index.head_upper": "Upper quarter",
    "index.this": "this one",
    "index.half": "middle half of all",
    "index.gap_rest": "{n} further indicators",
    "index.summary": "{n} {units}, {k} indicators.",
    "page.index_question": "What does {title} say, and how sure is it?",
    "summary.index": "The study also makes an index of {called}; its ranking is {grade}, and how "
    "sure it is stands beside it.",
    "summary.index_unknown": "The study also makes an index of {called}; how sure it is stands "
    "beside it.",
    "way.normalise.min_max": "from the least to the most",
    "way.normalise.z": "distance from the mean in standard deviations",
    "way.normalise.percentile": "percentiles",
    "way.normalise.rank": "places alone",
    "way.normalise.share_of_max": "share of the most",
    "way.treat.none": "outliers left as they are",
    "way.treat.winsorise": "outliers set to the next value",
    "way.treat.log": "logarithms of columns with outliers",
    "way.aggregate.arithmetic": "plain mean",
    "way.aggregate.geometric": "geometric mean, which makes up less for a low figure",
    "way.aggregate.harmonic": "harmonic mean, which hardly makes up for a low figure",
    "way.leave_out.none": "nothing left out",
    "way.impute.none": "gaps left open",
    "way.impute.median": "gaps filled by the median",
    "way.impute.mean": "gaps filled by the mean",
    "way.impute.group_mean": "gaps filled by the mean of the group",
    "verb.denominate": "Denominate",
    "verb.impute": "Fill gaps",
    "verb.screen": "Screen",
    "verb.treat": "Outliers",
    "verb.normalise": "Common scale",
    "verb.weigh": "Weights",
    "verb.aggregate": "Putting together",
    "verb.leave_out": "Leaving one indicator out",
    "verb.weight_noise": "Other weights at random",
    "verb.amplification": "Synchronised amplification",
    "verb.order": "Order of the steps",
    "verb.sampling": "Chance (other weeks)",
}
