"""The tables of a study: every column with its type, unit and meaning.

Times are UTC microseconds, missing is null, and a person never appears under a name: ``account``,
``author`` and the ids of persons' posts are keyed pseudonyms. All tables are declared here, those
too that no reader fills yet, so that adding a reader never tears up a study.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from howfar.errors import DeclarationError

SCHEMA_VERSION = 2

TIME = pa.timestamp("us", tz="UTC")
TEXT = pa.string()
WHOLE = pa.int64()
REAL = pa.float64()
YES_NO = pa.bool_()
WORDS = pa.list_(pa.string())

REACTION_KINDS = ("like", "love", "care", "haha", "wow", "sad", "angry", "thankful", "other")
"""Kinds that reaction_mix composes; what a platform names otherwise is 'other'."""

COUNTS = ("views", "reactions", "comments", "shares", "quotes", "bookmarks", "clicks")
"""Engagement figures of a post; ``reactions`` is the total over kinds (an X like is one)."""

METRICS = COUNTS + tuple(f"reaction_{kind}" for kind in REACTION_KINDS)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, its Arrow type, its unit and what it means."""

    name: str
    type: pa.DataType
    meaning: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table: its columns, in order, and the schema version that wrote it."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    version: int = SCHEMA_VERSION

    def arrow(self) -> pa.Schema:
        """The Arrow schema that every segment of this table has."""
        return pa.schema([(c.name, c.type) for c in self.columns])

    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(c.name for c in self.columns)


_ORIGIN = (
    Column("source", TEXT, "name of the study's source that the row came from"),
    Column("input", WHOLE, "running number of the ingested file", "files"),
    Column("line", WHOLE, "line or record number in that file, from 1", "lines"),
)

POSTS = TableSchema(
    "posts",
    "one public message a row; the same post from two files stands twice",
    (
        Column("platform", TEXT, "x, facebook, youtube, ..."),
        Column("post_id", TEXT, "native id of a channel's post, else a keyed pseudonym"),
        Column("channel", TEXT, "channel of the registry; null for persons"),
        Column("author", TEXT, "channel id, or the author's keyed pseudonym"),
        Column("relation", TEXT, "original, repost, reply, quote or unknown"),
        Column("kind", TEXT, "link, photo, video, status, ... as the platform names it"),
        Column("created_at", TIME, "when it was published"),
        Column("collected_at", TIME, "when it was exported or crawled, if known"),
        Column("language", TEXT, "language tag that the platform gave; und is undetermined"),
        Column("text", TEXT, "text with mentions, links to persons, addresses redacted"),
        Column("link", TEXT, "host name of the first outside link"),
        Column("parent_id", TEXT, "post that this one reposts, quotes or answers, as post_id"),
        Column("parent_author", TEXT, "author of that post: channel id or pseudonym"),
        Column("thread_id", TEXT, "conversation, as post_id"),
        Column("country", TEXT, "ISO 3166-1 country of the post's place"),
        Column("exposure", TEXT, "paid, owned, earned or unknown"),
        Column("availability", TEXT, "available, withheld, removed or labelled"),
        Column("withheld_in", WORDS, "countries in which the platform withholds it"),
        Column("platform_label", TEXT, "label that the platform put on the post or account"),
        Column("name_match", YES_NO, "an unregistered author's name matched a watched name"),
        Column("resembles", TEXT, "channel whose handle an unregistered author's looks like"),
        *_ORIGIN,
    ),
)

OBSERVATIONS = TableSchema(
    "counts",
    "one observation of one engagement figure of one post; appended, never overwritten",
    (
        Column("platform", TEXT, "platform of the post"),
        Column("post_id", TEXT, "post, as in posts"),
        Column("metric", TEXT, "views, reactions, reaction_like, comments, shares, ..."),
        Column("observed_at", TIME, "when the figure was read off"),
        Column("observed_declared", YES_NO, "the time was declared by the study, not exported"),
        Column("value", WHOLE, "the figure", "count"),
        *_ORIGIN,
    ),
)

ACCOUNT_COUNTS = TableSchema(
    "account_counts",
    "followers and other figures of an account over time",
    (
        Column("platform", TEXT, "platform of the account"),
        Column("account", TEXT, "channel id or pseudonym"),
        Column("metric", TEXT, "followers, following, posts"),
        Column("observed_at", TIME, "when the figure was read off"),
        Column("value", WHOLE, "the figure", "count"),
        *_ORIGIN,
    ),
)

CHANNELS = TableSchema(
    "channels",
    "channels of the registry, one row a validity period",
    (
        Column("channel", TEXT, "channel id"),
        Column("name", TEXT, "name that may be printed"),
        Column("organisation", TEXT, "organisation that speaks through it"),
        Column("platform", TEXT, "platform"),
        Column("country", TEXT, "ISO 3166-1 country of the organisation"),
        Column("languages", WORDS, "languages that it publishes in"),
        Column("paths", WORDS, "official, semi_official, media, business, academia, ..."),
        Column("role", TEXT, "ours, peer or other"),
        Column("declared_owner", TEXT, "owner that the channel declares"),
        Column("basis", TEXT, "why it may be named"),
        Column("evidence", TEXT, "link that shows the basis"),
        Column("valid_from", TIME, "start of this row's validity; null is always"),
        Column("valid_to", TIME, "end of this row's validity, exclusive; null is open"),
    ),
)

SHARES = TableSchema(
    "shares",
    "one account spreading one object at one time",
    (
        Column("platform", TEXT, "platform"),
        Column("account", TEXT, "channel id or pseudonym"),
        Column("object", TEXT, "link, hashtag, media hash, text hash or reposted post"),
        Column("object_kind", TEXT, "link, hashtag, media, text or post"),
        Column("post_id", TEXT, "post that carries it"),
        Column("shared_at", TIME, "when"),
        *_ORIGIN,
    ),
)

MEDIA = TableSchema(
    "media",
    "pictures and videos of posts",
    (
        Column("platform", TEXT, "platform"),
        Column("post_id", TEXT, "post"),
        Column("media_id", TEXT, "native id or content hash"),
        Column("kind", TEXT, "photo, video, animation, audio"),
        Column("hash", TEXT, "perceptual hash, hexadecimal"),
        Column("alt_text", YES_NO, "a description for blind readers is there"),
        *_ORIGIN,
    ),
)

LABELS = TableSchema(
    "labels",
    "what a coder or an annotator says of a post, under a codebook",
    (
        Column("platform", TEXT, "platform"),
        Column("post_id", TEXT, "post"),
        Column("codebook", TEXT, "codebook and version"),
        Column("variable", TEXT, "sentiment, stance, topic, ..."),
        Column("value", TEXT, "the label"),
        Column("probability", REAL, "annotator's stated probability", "0..1"),
        Column("coder", TEXT, "pseudonym of the coder, or name and version of the model"),
        Column("coder_kind", TEXT, "person or model; labels by models are never gold"),
        Column("sample", TEXT, "random sample that the post was drawn for; null if none"),
        *_ORIGIN,
    ),
)

EVENTS = TableSchema(
    "events",
    "dated events that the study names",
    (
        Column("event", TEXT, "event id"),
        Column("title", TEXT, "what happened"),
        Column("category", TEXT, "kind of event"),
        Column("starts_at", TIME, "onset"),
        Column("ends_at", TIME, "end; null if a moment"),
        Column("evidence", TEXT, "link"),
    ),
)

SERIES = TableSchema(
    "series",
    "dated figures that come without posts",
    (
        Column("series", TEXT, "series id"),
        Column("country", TEXT, "ISO 3166-1 country"),
        Column("at", TIME, "start of the period"),
        Column("value", REAL, "the figure"),
        Column("unit", TEXT, "its unit"),
        *_ORIGIN,
    ),
)

AUDIENCE = TableSchema(
    "audience",
    "aggregates of audiences from insights exports; never a person",
    (
        Column("channel", TEXT, "channel"),
        Column("metric", TEXT, "reach, views, followers, ..."),
        Column("country", TEXT, "ISO 3166-1 country; null is 'no place given'"),
        Column("age", TEXT, "age band, 18 and over"),
        Column("language", TEXT, "language tag"),
        Column("period_start", TIME, "start"),
        Column("period_end", TIME, "end, exclusive"),
        Column("value", REAL, "the figure"),
        Column("unit", TEXT, "its unit"),
        *_ORIGIN,
    ),
)

SURVEYS = TableSchema(
    "surveys",
    "respondents with weights, or published shares with n and effective n",
    (
        Column("survey", TEXT, "survey id"),
        Column("question", TEXT, "question id"),
        Column("answer", TEXT, "answer"),
        Column("country", TEXT, "ISO 3166-1 country"),
        Column("age", TEXT, "age band, 18 and over"),
        Column("fielded_at", TIME, "start of fieldwork"),
        Column("respondent", TEXT, "pseudonym; null for a published share"),
        Column("weight", REAL, "survey weight"),
        Column("stratum", TEXT, "stratum"),
        Column("cluster", TEXT, "primary sampling unit"),
        Column("share", REAL, "published share", "0..1"),
        Column("n", WHOLE, "respondents"),
        Column("n_effective", REAL, "effective sample size"),
        *_ORIGIN,
    ),
)

COSTS = TableSchema(
    "costs",
    "what was spent",
    (
        Column("channel", TEXT, "channel"),
        Column("post_id", TEXT, "post, if the cost is a post's"),
        Column("item", TEXT, "advertising, production, staff, ..."),
        Column("period_start", TIME, "start"),
        Column("period_end", TIME, "end, exclusive"),
        Column("amount", REAL, "amount in the currency"),
        Column("currency", TEXT, "ISO 4217 code"),
        *_ORIGIN,
    ),
)

COVERAGE = TableSchema(
    "coverage",
    "what each ingested file should hold and what it held",
    (
        Column("source", TEXT, "name of the source"),
        Column("input", WHOLE, "running number of the file", "files"),
        Column("file", TEXT, "file name without its folder"),
        Column("sha256", TEXT, "content hash of the file"),
        Column("format", TEXT, "reader that read it"),
        Column("capture", TEXT, "complete, sample, keyword, capped or browsing"),
        Column("query", TEXT, "query that the source was collected with"),
        Column("cap", WHOLE, "largest number of records that it could hold"),
        Column("use", TEXT, "main or recheck"),
        Column("expected_start", TIME, "first moment that it should cover"),
        Column("expected_end", TIME, "end of what it should cover, exclusive"),
        Column("records", WHOLE, "records in the file", "records"),
        Column("read", WHOLE, "records kept", "records"),
        Column("rejected", WHOLE, "records rejected", "records"),
        Column("first_post", TIME, "earliest post in the file"),
        Column("last_post", TIME, "latest post in the file"),
        Column("unknown_columns", WORDS, "columns that the reader does not know"),
        Column("supplies", WORDS, "tables and columns that the export gives, as its reader says"),
        Column("unknown", WORDS, "the same with their records: name=records"),
        Column("reasons", WORDS, "why records were rejected: reason=records"),
        Column("notes", WORDS, "remarks on records that were kept: code=records"),
    ),
)

REJECTS = TableSchema(
    "rejects",
    "records that were not kept, without their content",
    (
        Column("file", TEXT, "file name without its folder"),
        Column("reason", TEXT, "stable reason code"),
        Column("detail", TEXT, "what was expected; never the record's text"),
        *_ORIGIN,
    ),
)

ESTIMATES = TableSchema(
    "estimates",
    "the results, one tidy row a figure",
    (
        Column("study", TEXT, "study id"),
        Column("run", TEXT, "run id: hash of data, study file and code"),
        Column("measure", TEXT, "measure id"),
        Column("version", WHOLE, "version of the measure's definition"),
        Column("level", TEXT, "AMEC level"),
        Column("organisation", TEXT, "organisation"),
        Column("channel", TEXT, "channel id"),
        Column("path", TEXT, "path of communication"),
        Column("platform", TEXT, "platform"),
        Column("country", TEXT, "country"),
        Column("language", TEXT, "language tag"),
        Column("topic", TEXT, "topic"),
        Column("event", TEXT, "event id"),
        Column("category", TEXT, "what the figure is of, within the measure"),
        Column("versus", TEXT, "what it is compared with"),
        Column("params", TEXT, "settings of the figure, key=value;..."),
        Column("period_start", TIME, "start of the period"),
        Column("period_end", TIME, "end of the period, exclusive"),
        Column("value", REAL, "the figure"),
        Column("low", REAL, "lower end"),
        Column("high", REAL, "upper end"),
        Column("low_kind", TEXT, "confidence, posterior, bound or range"),
        Column("confidence", REAL, "level of the interval", "0..1"),
        Column("unit", TEXT, "unit of value, low and high"),
        Column("n_posts", WHOLE, "posts behind it"),
        Column("n_persons", WHOLE, "distinct persons behind it"),
        Column("n_channels", WHOLE, "channels behind it"),
        Column("status", TEXT, "measured, not_measured or suppressed"),
        Column("reason", TEXT, "why not measured, or what to beware of"),
        Column("grade", TEXT, "strength of evidence of an improvement, A to D"),
        Column("method", TEXT, "how value and interval were got"),
        Column("coverage", TEXT, "holes and ways of capture behind it: code: words; code: words"),
    ),
)

REPLICATES = TableSchema(
    "replicates",
    "bootstrap replicates of results, kept so that later figures see the covariance",
    (
        Column("run", TEXT, "run id"),
        Column("row", WHOLE, "row of the estimates, from 0"),
        Column("replicates", pa.list_(REAL), "one value a replicate"),
    ),
)

OBSERVED = TableSchema(
    "observed",
    "what measures read: a distinct post of the main sources inside the window, with its counts",
    (
        *POSTS.columns,
        *(Column(m, WHOLE, f"latest {m}; null where the export gives none") for m in METRICS),
        Column("observed_at", TIME, "time of the latest observation of any count"),
        Column("organisation", TEXT, "organisation of the channel"),
        Column("role", TEXT, "ours, peer or other; null for persons"),
        Column("paths", WORDS, "paths that the channel serves at that time"),
        Column("channel_country", TEXT, "country of the organisation"),
        Column("capture", TEXT, "capture class of the file that the post came from"),
        Column("created_s", WHOLE, "publication, seconds since 1970-01-01 UTC", "seconds"),
        Column("day", WHOLE, "UTC day since 1970-01-01", "days"),
        Column("week", WHOLE, "Monday-based UTC week since 1970-01-05", "weeks"),
        Column("age_s", WHOLE, "age of the post at its latest observation", "seconds"),
    ),
)
"""Not stored: made once a run by store/frames.py."""

TABLES = {
    t.name: t
    for t in (
        POSTS,
        OBSERVATIONS,
        ACCOUNT_COUNTS,
        CHANNELS,
        SHARES,
        MEDIA,
        LABELS,
        EVENTS,
        SERIES,
        AUDIENCE,
        SURVEYS,
        COSTS,
        COVERAGE,
        REJECTS,
        ESTIMATES,
        REPLICATES,
    )
}

DIMENSIONS = ESTIMATES.names()[5:18]
"""Columns of the results that say where a figure applies."""


def conform(table: pa.Table, schema: TableSchema) -> pa.Table:
    """The table in the declared column order and types; missing columns become null.

    Raises DeclarationError for a column that the schema does not declare.
    """
    unknown = sorted(set(table.column_names) - set(schema.names()))
    if unknown:
        raise DeclarationError(
            f"table {schema.name!r} has no column {unknown[0]!r}",
            expected=", ".join(schema.names()),
        )
    columns = [
        table[c.name].cast(c.type) if c.name in table.column_names else pa.nulls(len(table), c.type)
        for c in schema.columns
    ]
    return pa.Table.from_arrays(columns, schema=schema.arrow())
