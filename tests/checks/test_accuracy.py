"""Accuracy on hidden inputs: an exact bound decides, and the usual reasons for a low one are named."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import nn

from autograder.checks.accuracy import accuracy, samples_needed
from autograder.checks.binomial import bounds, fewest_right, surely_below
from autograder.errors import StudentError, UsageError
from autograder.verdict import Verdict, outcome_to_json

rng = np.random.default_rng(0)
X = rng.normal(size=(600, 4, 4))
Y = (X[:, 0].sum(axis=1) > 0).astype(np.int64)
SEEN = rng.normal(size=(60, 4, 4))
SEEN_LABELS = (SEEN[:, 0].sum(axis=1) > 0).astype(np.int64)


def margin(x):
    return x[:, 0].sum(axis=1)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def judged(predict, **options):
    return accuracy(predict, X, Y, at_least=0.9, **options)


RIGHT = {
    "bool": (lambda x: margin(x) > 0, "labels"),
    "list": (lambda x: (margin(x) > 0).astype(int).tolist(), "labels"),
    "float labels": (lambda x: (margin(x) > 0) * 1.0, "labels"),
    "probability": (lambda x: sigmoid(margin(x)), "probability"),
    "column": (lambda x: sigmoid(margin(x))[:, None], "probability"),
    "tensor": (lambda x: torch.tensor(margin(x), requires_grad=True), "logit"),
    "logits": (lambda x: np.stack([-margin(x), margin(x)], axis=1), "logits"),
    "probabilities": (
        lambda x: np.stack([1 - sigmoid(margin(x)), sigmoid(margin(x))], axis=1),
        "probabilities",
    ),
    "rarely wrong": (lambda x: (margin(x) > 0) ^ (np.abs(x[:, 3, 3]) < 0.03), "labels"),
    "rounded otherwise in another batch": (lambda x: margin(x) * (1 + 1e-6 * len(x)), "logit"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_classifiers_pass(name):
    predict, answers = RIGHT[name]
    outcome = judged(predict, answers=answers)
    assert outcome.passed, outcome
    assert outcome.evidence["lower"] >= 0.9


def in_train_mode(x):
    scores = margin(x)
    return (scores - scores.mean()) / (scores.std() + 1e-5)


def with_dropout(x):
    return margin(x * np.random.default_rng().integers(0, 2, size=x.shape))


def by_heart(x):
    known = {image.tobytes(): label for image, label in zip(SEEN, SEEN_LABELS, strict=True)}
    return [known.get(image.tobytes(), int(image[1, 1] > 0)) for image in x]


def shuffled(x):
    return (margin(x) > 0)[np.random.default_rng(len(x)).permutation(len(x))]


WRONG = {
    "constant": (lambda x: np.zeros(len(x)), {}),
    "labels-swapped": (lambda x: margin(x) < 0, {}),
    "guessing": (lambda x: x[:, 1, 1] > 0, {}),
    "accuracy-too-low": (lambda x: x[:, 0, 0] + x[:, 0, 1] > 0, {}),
    "threshold": (lambda x: sigmoid(margin(x) - 1.5), {"answers": "probability"}),
    "memorised": (by_heart, {"public": (SEEN, SEEN_LABELS)}),
    "depends-on-batch": (in_train_mode, {"answers": "logit"}),
    "answers-shuffled": (shuffled, {}),
    "not-deterministic": (with_dropout, {"answers": "logit"}),
    "prediction-shape": (lambda x: margin(x)[:-1], {"answers": "logit"}),
    "prediction-range": (margin, {"answers": "probability"}),
    "prediction-kind": (lambda x: sigmoid(margin(x)), {}),
    "prediction-sum": (lambda x: np.full((len(x), 2), 0.7), {"answers": "probabilities"}),
    "prediction-not-finite": (lambda x: np.full(len(x), np.nan), {"answers": "logit"}),
    "prediction-unreadable": (lambda x: None, {}),
}


@pytest.mark.parametrize("code", WRONG)
def test_wrong_classifiers_are_told_apart(code):
    predict, options = WRONG[code]
    outcome = judged(predict, **options)
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, code), outcome
    assert outcome.message
    assert outcome.evidence["diagnosis"] == code


@pytest.mark.parametrize("shift", [1, 2])
def test_classes_that_are_numbered_otherwise(shift):
    labels = np.arange(len(X)) % 3
    images = X.copy()
    images[:, 0, 0] = labels
    outcome = accuracy(lambda x: (x[:, 0, 0] + shift) % 3, images, labels, at_least=0.8, classes=3)
    assert outcome.code == "labels-shifted"


def test_batch_norm_in_train_mode_and_in_eval_mode():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(16), nn.Linear(16, 1))
    with torch.no_grad():
        net(torch.tensor(X, dtype=torch.float32))
        net[2].weight[:] = torch.tensor([1.0] * 4 + [0.0] * 12)
        net[2].bias[:] = 0

    def predict(x):
        with torch.no_grad():
            # a batch of one has no spread, which torch refuses in train mode
            return net(torch.tensor(np.concatenate([x, x]), dtype=torch.float32))[: len(x)]

    assert judged(predict, answers="logit").code == "depends-on-batch"
    net.eval()
    assert judged(predict, answers="logit").passed


def test_what_raises_is_an_error_and_what_is_not_written_is_passed_on():
    def missing(x):
        raise NotImplementedError

    outcome = judged(lambda x: x @ np.ones(3))
    assert (outcome.verdict, outcome.code) == (Verdict.ERROR, "raised")
    with pytest.raises((NotImplementedError, StudentError)):
        judged(missing)


def flawed(errors):
    wrong = {image.tobytes() for image in X[:errors]}
    return lambda x: [int(m > 0) ^ (image.tobytes() in wrong) for m, image in zip(margin(x), x, strict=True)]


def test_the_band_between_is_inconclusive():
    enough = fewest_right(600, Fraction(9, 10), Fraction(99, 100))
    few = max(right for right in range(600) if surely_below(right, 600, Fraction(9, 10), Fraction(99, 100)))
    verdicts = {right: judged(flawed(600 - right)).verdict for right in (enough, enough - 1, few + 1, few)}
    assert list(verdicts.values()) == [Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE, Verdict.FAIL]


def test_the_evidence_is_small_plain_data_without_the_other_labels():
    outcome = judged(flawed(200))
    assert outcome.evidence["confusion"] == [
        [int(np.sum((a == Y) & ((Y ^ (np.arange(600) < 200)) == b))) for b in (0, 1)] for a in (0, 1)
    ]
    misjudged = outcome.evidence["misjudged"]
    assert [entry["index"] for entry in misjudged] == [0, 1, 2]
    assert all(entry["label"] == Y[entry["index"]] != entry["given"] for entry in misjudged)
    assert np.shape(misjudged[0]["image"]) == (4, 4)
    assert len(str(outcome_to_json(outcome))) < 3000
    assert judged(flawed(200)) == outcome


def test_inputs_are_copies():
    def spoils(x):
        answer = margin(x) > 0
        x[:] = 0
        return answer

    before = X.copy()
    assert judged(spoils).passed
    np.testing.assert_array_equal(X, before)


def test_what_nobody_could_pass_is_the_authors_mistake():
    with pytest.raises(UsageError, match="nobody"):
        accuracy(lambda x: margin(x) > 0, X[:20], Y[:20], at_least=0.9)
    with pytest.raises(UsageError, match="one label"):
        accuracy(lambda x: margin(x) > 0, X, Y[:-1], at_least=0.9)


@pytest.mark.parametrize(("right", "samples"), [(0, 10), (10, 10), (470, 500), (1, 3), (250, 500)])
def test_bounds_are_those_of_clopper_and_pearson(right, samples):
    stats = pytest.importorskip("scipy.stats")
    interval = stats.binomtest(right, samples).proportion_ci(confidence_level=0.98, method="exact")
    low, high = bounds(right, samples, Fraction(99, 100))
    assert interval.low - 0.001 < low <= interval.low + 1e-12
    assert interval.high - 1e-12 <= high < interval.high + 0.001


def test_the_number_of_samples_that_a_margin_takes():
    assert samples_needed(0.9, 0.05) == 600
    assert samples_needed(0.8, 0.1) < samples_needed(0.8, 0.05)
    samples = samples_needed(0.9, 0.05)
    draws = np.random.default_rng(0).binomial(samples, 0.95, size=2000)
    assert np.mean(draws >= fewest_right(samples, Fraction(9, 10), Fraction(99, 100))) > 0.98
    with pytest.raises(ValueError, match="cannot be"):
        samples_needed(0.95, 0.1)
