"""Annotation: a model that labels posts with known errors, and persons who code a random sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from howfar.simulate.parts import Part, Quiet
from howfar.simulate.places import FRAMES, LANGUAGES, PLATFORMS
from howfar.simulate.plan import Plan
from howfar.simulate.posts import SHARE, Posts
from howfar.simulate.society import Society
from howfar.simulate.texts import repeated, source

FloatArray = npt.NDArray[np.float64]
_Rows = npt.NDArray[np.int64]

VALUES: Final = {
    "sentiment": ("negative", "neutral", "positive"),
    "stance": ("oppose", "none", "support"),
    "frame": FRAMES,
}
"""Values of each variable, in the order of the columns of posts."""

MODEL: Final = "simulated-annotator/1"
CODEBOOK: Final = "simulated-codebook/1"
SAMPLE: Final = "simulated random sample 1"
LABELS, CODINGS = "labels/simulated_labels.csv", "labels/simulated_codings.csv"
_HEAD: Final = b"platform,post_id,codebook,variable,value,probability,coder,coder_kind,sample\n"


@dataclass(frozen=True, slots=True)
class Annotation:
    """Parameters of annotation, the same for every seed.

    accuracy: probability that the model labels a sentiment as it is, by language as in
    places.LANGUAGES; harder: what is taken off where the truth is negative or oppose; stance and
    frame: what is taken off for these variables. sharp: concentration of the model's probability of
    being right about its accuracy. boast: its stated log-odds over the true ones.

    coders: for each person, the probability to code a value as it is. coded: posts in the sample,
    about, if every post of the world's size could be in it: shares and posts that are removed or
    not captured can not, so it has fewer. twice: part of the sample that a second person codes as
    well. labelled: posts with labels of the model, about, if every post could have them: those that
    are removed or not captured can not. In worlds that are smaller, all that can.
    """

    accuracy: tuple[float, ...] = (
        *(0.88, 0.84, 0.84, 0.83, 0.76, 0.80),
        *(0.74, 0.79, 0.66, 0.78, 0.85, 0.62),
    )
    harder: float = 0.06
    stance: float = 0.08
    frame: float = 0.12
    sharp: float = 12.0
    boast: float = 1.3
    coders: tuple[float, ...] = (0.96, 0.94, 0.91, 0.88)
    coded: int = 2_000
    twice: float = 0.4
    labelled: int = 200_000


class _Annotation(Quiet):
    """Labels beside the posts; the posts themselves stay as they are."""

    name = "annotation"

    def files(self, plan: Plan, society: Society) -> Iterator[tuple[str, bytes]]:
        """The heads of both files of labels; parts add their lines."""
        yield LABELS, _HEAD
        yield CODINGS, _HEAD

    def beside(
        self, plan: Plan, society: Society, part: Part, posts: Posts, ids: Sequence[str]
    ) -> dict[str, bytes]:
        """Labels of the posts of a part that an export can hold."""
        settings = plan.of(Annotation)
        rng = plan.generator(self.name, part.mechanism, part.index)
        chosen = rng.random((2, len(posts)))
        at_hand = posts["captured"] & (posts["removed"] == 0)
        labelled = np.flatnonzero(at_hand & (chosen[0] < _rate(plan, settings.labelled)))
        drawn = at_hand & (posts["relation"] != SHARE)
        sample = np.flatnonzero(drawn & (chosen[1] < _rate(plan, settings.coded)))
        told, stated = labels(plan, posts, rng)
        by_model = "".join(
            f"{where},{name},{VALUES[name][value]},{sure:.3f},{MODEL},model,\n"
            for name in VALUES
            for where, value, sure in zip(
                _posts_told(posts, ids, labelled),
                told[name][labelled].tolist(),
                stated[name][labelled].tolist(),
                strict=True,
            )
        )
        coders, codes = codings(plan, posts, sample, rng)
        by_person = "".join(
            f"{where},{name},{VALUES[name][value]},,{coder_name(coder)},person,{SAMPLE}\n"
            for place in range(2)
            for name in VALUES
            for where, coder, value in zip(
                _posts_told(posts, ids, sample),
                coders[place].tolist(),
                codes[name][place].tolist(),
                strict=True,
            )
            if coder >= 0
        )
        return {LABELS: by_model.encode(), CODINGS: by_person.encode()}

    def truth(self, plan: Plan, society: Society) -> dict[str, Any]:
        """Rates of labelling and coding, and who errs how often; see the table for each cell."""
        settings = plan.of(Annotation)
        return {
            "made_by": "a simulated annotator and simulated coders; nobody labelled these posts",
            "model": MODEL,
            "accuracy_of_model_on_neutral_sentiment": dict(
                zip(LANGUAGES, settings.accuracy, strict=True)
            ),
            "stated_log_odds_over_true": settings.boast,
            "posts_labelled_rate": _rate(plan, settings.labelled),
            "accuracy_of_coders": {
                coder_name(coder): right for coder, right in enumerate(settings.coders)
            },
            "sample": {
                "name": SAMPLE,
                "rate": _rate(plan, settings.coded),
                "of": "posts that share nothing, are captured and are not removed",
                "coded_twice": settings.twice,
                "coders": "a random one of them; the second is another one",
            },
        }

    def tables(self, plan: Plan, society: Society) -> dict[str, pa.Table]:
        """confusion: probability of each told value by true value; by language, or for coders."""
        settings = plan.of(Annotation)
        rows: list[tuple[str, str | None, str, str, str, float]] = []
        for name, values in VALUES.items():
            cells = [
                (MODEL, language, confusion(settings, name)[place])
                for place, language in enumerate(LANGUAGES)
            ] + [
                (coder_name(coder), None, coder_confusion(settings, name)[coder])
                for coder in range(len(settings.coders))
            ]
            for coder, language, matrix in cells:
                for true, told in np.ndindex(matrix.shape):
                    share = float(matrix[true, told])
                    rows.append((coder, language, name, values[true], values[told], share))
        heads = ("coder", "language", "variable", "true", "told", "share")
        return {
            "confusion": pa.table(
                {
                    head: list(column)
                    for head, column in zip(heads, zip(*rows, strict=True), strict=True)
                }
            )
        }


def coder_name(coder: int) -> str:
    """What a person who codes is called."""
    return f"simulated-coder-{coder + 1}"


def true_values(posts: Posts, variable: str) -> _Rows:
    """True values (N,) of a variable, as places in VALUES."""
    shift = 0 if variable == "frame" else 1
    return posts[variable].astype(np.int64) + shift


def confusion(settings: Annotation, variable: str) -> FloatArray:
    """What the model tells (languages, true, told); sums to 1 over told.

    An error on a pole goes to the middle in 70 of 100 cases; on the middle to either pole alike;
    among frames to each of the others alike.
    """
    size = len(VALUES[variable])
    less = {"sentiment": 0.0, "stance": settings.stance, "frame": settings.frame}[variable]
    right = np.repeat((np.array(settings.accuracy) - less)[:, None], size, axis=1)
    if variable != "frame":
        right[:, 0] -= settings.harder
    made: FloatArray = (1.0 - right)[:, :, None] * _astray(variable)
    made[:, np.arange(size), np.arange(size)] = right
    return made


def coder_confusion(settings: Annotation, variable: str) -> FloatArray:
    """What persons code (coders, true, told); errors go where the model's go."""
    size = len(VALUES[variable])
    right = np.array(settings.coders)
    made: FloatArray = (1.0 - right)[:, None, None] * _astray(variable)
    made[:, np.arange(size), np.arange(size)] = right[:, None]
    return made


def labels(
    plan: Plan, posts: Posts, rng: np.random.Generator
) -> tuple[dict[str, _Rows], dict[str, FloatArray]]:
    """What the model tells (N,) of each variable, and how sure it says it is (N,), 0 to 1.

    It says the same of a shared post as of what it shares, and of every copy of a recycled text.
    """
    settings = plan.of(Annotation)
    said = source(posts)
    again = np.flatnonzero(posts["recycled"] >= 0)
    told, stated = {}, {}
    for name in VALUES:
        u = rng.random((2, len(posts)))
        table = confusion(settings, name)
        language, true = posts["language"].astype(np.int64), true_values(posts, name)
        right = table[language, true, true]
        # A beta distribution has no parameter 0, which an annotator without errors would give it.
        sure = rng.beta(settings.sharp * right, np.maximum(settings.sharp * (1.0 - right), 1e-9))
        for row in range(2):
            u[row, again] = repeated(plan, posts["recycled"][again], f"label {name} {row}")
        # A copy's probability has no draw of its own, or the label could differ.
        sure[again] = right[again]
        wrong = _choose(_astray(name)[true], u[1])
        told[name] = np.where(u[0] < sure, true, wrong)[said]
        odds = settings.boast * (
            np.log(np.maximum(sure, 1e-9)) - np.log1p(-np.minimum(sure, 1 - 1e-9))
        )
        stated[name] = (1.0 / (1.0 + np.exp(-odds)))[said]
    return told, stated


def codings(
    plan: Plan, posts: Posts, sample: _Rows, rng: np.random.Generator
) -> tuple[_Rows, dict[str, _Rows]]:
    """Who codes the posts in rows `sample` (M,), and how: coders (2, M), values (2, M) by variable.

    The second coder is -1 where a post is coded once.
    """
    settings = plan.of(Annotation)
    number = len(settings.coders)
    first = rng.integers(0, number, len(sample))
    second = (first + rng.integers(1, number, len(sample))) % number
    second = np.where(rng.random(len(sample)) < settings.twice, second, -1)
    coders: _Rows = np.stack((first, second))
    codes = {}
    for name in VALUES:
        true = true_values(posts, name)[sample]
        weights = coder_confusion(settings, name)[coders, true]
        codes[name] = _choose(weights, rng.random(coders.shape))
    return coders, codes


def _astray(variable: str) -> FloatArray:
    """Where errors go (true, told), 0 on the diagonal."""
    if variable == "frame":
        size = len(VALUES[variable])
        made: FloatArray = (1.0 - np.eye(size)) / (size - 1)
        return made
    return np.array([[0.0, 0.7, 0.3], [0.5, 0.0, 0.5], [0.3, 0.7, 0.0]])


def _choose(shares: FloatArray, u: FloatArray) -> _Rows:
    """Places drawn by shares (..., K) and uniform numbers u (...)."""
    reached = np.cumsum(shares, axis=-1)[..., :-1]
    chosen: _Rows = (u[..., None] >= reached).sum(axis=-1)
    return chosen


def _rate(plan: Plan, posts: int) -> float:
    return min(1.0, posts / plan.size)


def _posts_told(posts: Posts, ids: Sequence[str], rows: _Rows) -> Iterator[str]:
    """The first columns of a line of each of some posts: platform, id, codebook."""
    for row, platform in zip(rows.tolist(), posts["platform"][rows].tolist(), strict=True):
        yield f"{PLATFORMS[platform]},{ids[row]},{CODEBOOK}"


MECHANISM: Final = _Annotation()
