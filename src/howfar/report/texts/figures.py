"""Texts of the figures: what each asks, how to read it, and the sentences of the summary."""

TEXT = {
    "metric.posts": "posts",
    "metric.views": "views",
    "metric.reactions": "reactions",
    "metric.comments": "comments",
    "metric.shares": "shares",
    "metric.quotes": "quotes",
    "metric.bookmarks": "bookmarks",
    "metric.clicks": "clicks",
    "kind.like": "Like",
    "kind.love": "Love",
    "kind.care": "Care",
    "kind.haha": "Haha",
    "kind.wow": "Wow",
    "kind.sad": "Sad",
    "kind.angry": "Angry",
    "kind.thankful": "Thankful",
    "kind.other": "Other",
    "key.confidence": "{level} interval",
    "key.posterior": "{level} posterior interval",
    "key.bound": "bounds",
    "key.range": "range over choices (no interval)",
    "key.band": "{level} interval",
    "key.gap": "gap in the data",
    "key.event": "event, numbered as in “What was asked”",
    "alt.columns": "Dot plot, {n} rows. {asks} Columns: {titles}. The same figures, with "
    "intervals, are in the table below the chart.",
    "alt.multiples": "{n} small charts over time on one common scale. {asks} The same figures are "
    "in the table below the chart.",
    "summary.scope": "The study saw {posts} of {channels} between {start} and {end}.",
    "summary.scope_without": "The study speaks of {channels} between {start} and {end}.",
    "summary.volume": "From channel to channel, output went from {low} to {high} posts a day.",
    "summary.volume.one": "Output was {value} posts a day.",
    "summary.volume.ours": "Posts a day were, for {ours}.",
    "summary.engagement": "The median number of {what} on a post went from {low} to {high}.",
    "summary.engagement.one": "The median post had {value} {what}.",
    "summary.engagement.ours": "The median number of {what} on a post was, for {ours}.",
    "summary.peers": "Among the other channels it went from {low} to {high}.",
    "summary.top": "The tenth of the posts with the most reactions held between {low} and {high} "
    "of a channel’s reactions.",
    "summary.top.one": "The tenth of the posts with the most reactions held {value} of them.",
    "summary.top.ours": "The tenth of the posts with the most reactions held, for {ours}.",
    "summary.gaps": "The data of {n} have gaps or end before the window does, which is why "
    "coverage comes first below.",
    "summary.limits": "Figures in square brackets are {level} intervals. The figures describe; "
    "they neither rank the channels nor show what caused a difference, and reactions say nothing "
    "about what anyone came to think.",
    "peers.title": "Channels side by side",
    "peers.intro": "The same figures for each channel, over the same window. Channels stand in "
    "the order of their names: where intervals overlap, an order by figures would mean little.",
    "peers.asks": "How much does each channel publish, and what does a typical post draw?",
    "peers.volume": "Posts a day",
    "peers.median": "Median {metric} a post",
    "peers.log": "{title} (log scale)",
    "peers.read": "A dot is the channel’s figure, the line its interval, the number the dot’s "
    "value. Each column has its own scale. Medians leave out reposts and posts younger than two "
    "days when they were observed.",
    "rates.asks": "How strong are reactions in proportion to those who could react?",
    "rates.read": "Each column has one denominator. Channels with few posts are drawn towards the "
    "common rate.",
    "voice.asks": "Which part of the compared channels’ posts and responses is each channel’s?",
    "voice.column": "Share of {what}",
    "voice.read": "The dots of a column add up to 100 % over the compared channels. Only the time "
    "that all of them cover is used.",
    "voice.warning": "This is a share among the channels of this study, not of a country’s or a "
    "platform’s talk.",
    "profile.title": "Profile against peers",
    "profile.intro": "Each indicator of a channel is divided by the median of the compared "
    "channels (by the other channel where there are only two), so that all stand on one scale: 1 "
    "is like the others, 2 twice as much. No indicators are added up and no ranks are given.",
    "indicator.publishing_volume": "Posts a day",
    "indicator.share_of_voice": "Share of {what}",
    "indicator.attention_inequality": "Gini of {what}",
    "indicator.engagement": "Median {what} a post",
    "indicator.talk_to_views": "Talk, {what}",
    "profile.none": "No profile was made in this run.",
    "profile.asks": "Where does each channel differ from its peers?",
    "profile.more": "Where does each channel differ from its peers? (further indicators)",
    "profile.read": "The dotted line at 1 is the figure that the channel is set against. All "
    "columns have the same logarithmic scale. Where an interval crosses the line, the data do not "
    "tell the channel from its peers. More is not always better.",
    "weeks.title": "Over time",
    "weeks.intro": "Weeks begin on Monday (UTC). All panels of a chart share their axes.",
    "weeks.posts_asks": "How many posts were published each week?",
    "weeks.posts_read": "A bar is one week. Weeks at the edges of the window, and weeks that a "
    "file does not cover whole, hold fewer days; the table says which.",
    "weeks.days": "{n} days",
    "weeks.median_asks": "How many {metric} did the typical post draw each week?",
    "weeks.median_read": "The line is the weekly median of {metric} on a post, the band its "
    "interval; logarithmic scale. Bands that leave the panel end at its edge. An event near a "
    "change is no proof that it caused it.",
    "attention.title": "How attention is spread over posts",
    "attention.intro": "A channel may live on a few posts that everybody notices, or on many that "
    "some notice. Neither is better as such.",
    "gini.asks": "Do a few posts take all the attention?",
    "gini.column": "Gini of {what}",
    "gini.read": "0: every post draws the same. 1: one post draws everything.",
    "top.asks": "How large a part of all {metric} do the most noticed posts hold?",
    "top.column": "Top {part} of posts",
    "top.read": "If all posts drew the same, the top 10 % of posts would hold 10 % of the "
    "{metric}.",
    "lorenz.asks": "How large a part of the reactions goes to the least noticed posts?",
    "lorenz.column": "Least noticed {part}",
    "lorenz.read": "Two points of the Lorenz curve. With equal attention the least noticed half "
    "would hold 50 %.",
    "tail.caption": "Tail of the counts: power-law exponent above a threshold, goodness of fit, "
    "and comparison with a lognormal tail. A fit p below 0.1 speaks against a power law.",
    "talk.title": "Talk against reactions",
    "talk.intro": "Do comments grow in step with what else a post draws?",
    "talk.asks": "When a post draws more, does talk grow in step?",
    "talk.elasticity": "Elasticity: {what}",
    "talk.residual": "Against peers: {what}",
    "talk.read": "Elasticity 1 (dotted line): twice the reactions go with twice the comments; "
    "below 1, talk grows more slowly. “Against peers” (logarithmic scale): 2 means twice the "
    "comments of peers’ posts that draw as much.",
    "talk.warning": "The data has no views, so comments are set against reactions, not against "
    "views.",
    "talk.pooled": "Over all {n} compared channels together ({what}): {figure}.",
    "mix.title": "With which reactions",
    "mix.intro": "Kinds of reaction as shares of all of a channel’s reactions. A kind is what the "
    "button is called; it is not what a person felt.",
    "mix.asks": "Which kinds of reaction do posts draw?",
    "mix.more": "Which kinds of reaction do posts draw? (further kinds)",
    "mix.read": "Read along a row: a channel’s kinds add up to 100 % over all charts of this "
    "part. Each column has its own scale, as likes are far more common than other kinds.",
    "distance.asks": "How far is each channel’s mix from that of the others?",
    "distance.column": "Aitchison distance to the other channels",
    "distance.read": "0 is the same mix. The distance sees proportions, so that a doubling of a "
    "rare kind counts like a doubling of a common one.",
    "paths.title": "Over which paths",
    "paths.intro": "Paths of communication as the registry names them. Accounts that nobody "
    "registered are “unknown”, not “the public”.",
    "paths.one": "All posts in this study came over one path: {path}.",
    "paths.asks": "Which paths carry posts and responses?",
    "paths.column": "Share of {what}",
    "paths.read": "Each column adds up to 100 %. A channel that serves several paths counts in "
    "each with an equal part.",
    "past.title": "Against its own past",
    "past.intro": "Each channel is set against its own earlier posts of the same kind at the same "
    "age. Do not compare the panels with each other: every channel is measured by its own usual.",
    "past.none": "No channel could be set against its own past; see “What was not measured”.",
    "past.asks": "Did posts draw more or less than the channel’s own earlier posts? ({kind})",
    "past.all": "all kinds",
    "past.read": "The dotted line at 1 is the channel’s own usual; 2 is twice as much. "
    "Logarithmic scale. After an unusual week a return to the usual is to be expected.",
    "young.title": "Posts that were still young",
    "young.intro": "Counts still grow in the first days. Posts younger than two days when they "
    "were observed are left out of the comparisons above.",
    "young.none": "No post was observed twice, so that growth could not be measured.",
    "maturation.asks": "How much did counts still grow after the first look?",
    "maturation.column": "Growth of {what} (later / earlier)",
    "maturation.read": "1.5 means: at the later look the posts had one and a half times the count "
    "of the earlier look. Logarithmic scale.",
    "youngposts.asks": "How many posts were younger than two days when observed?",
    "youngposts.column": "Share of young posts",
    "youngposts.read": "The smaller the share, the less the comparison depends on leaving them "
    "out.",
}
