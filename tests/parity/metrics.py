#!/usr/bin/python3
"""Writes metrics.hpp beside it: inputs made with a recorded seed, and what scikit-learn and SciPy say of them.
apt-get install python3-sklearn python3-scipy; /usr/bin/python3 tests/parity/metrics.py; clang-format -i tests/parity/metrics.hpp
BLEU and the metrics of segmentation, which neither has, are written out here by their definitions."""
import math
import pathlib
import warnings
from collections import Counter

import numpy as np
import scipy
import scipy.optimize
import scipy.stats
import sklearn
import sklearn.metrics as skm

warnings.simplefilter("ignore")
SEED = 20261127
rng = np.random.default_rng(SEED)
inputs, numbers = [], []


def give(name, values, kind="double"):
    values = np.asarray(values)
    text = ", ".join(repr(float(v)) if kind == "double" else str(int(v)) for v in values.reshape(-1))
    shape = ", ".join(str(n) for n in values.shape)
    inputs.append(f"// ({shape})\ninline constexpr {'double' if kind == 'double' else 'std::int64_t'} {name}[] = {{{text}}};")
    return values


def expect(name, value):
    assert np.isfinite(value), name
    numbers.append(f'{{"{name}", {float(value)!r}}},')


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def averages(prefix, true, pred, kinds, **more):
    for kind in kinds:
        for name, f in (("f1", skm.f1_score), ("precision", skm.precision_score), ("recall", skm.recall_score),
                        ("jaccard", skm.jaccard_score)):
            expect(f"{prefix}.{name}.{kind}", f(true, pred, average=kind, **more))
        expect(f"{prefix}.fbeta2.{kind}", skm.fbeta_score(true, pred, beta=2, average=kind, **more))


# Five classes: class 3 is never a target, class 4 never predicted (its scores are low).
n = 61
scores = give("class_scores", np.round(rng.normal(size=(n, 5)), 3) - np.array([0, 0, 0, 0, 9]))
truth = give("class_targets", rng.choice([0, 1, 2, 4], size=n, p=[.5, .2, .2, .1]), "int")
pred = scores.argmax(1)
assert 3 in pred and 4 not in pred and 3 not in truth and 4 in truth
expect("class.accuracy", skm.accuracy_score(truth, pred))
for k in (2, 3):
    expect(f"class.top{k}", skm.top_k_accuracy_score(truth, scores, k=k, labels=range(5)))
averages("class", truth, pred, ["micro", "macro", "weighted"])
averages("class.labels", truth, pred, ["micro", "macro", "weighted"], labels=[1, 3, 4])
expect("class.balanced", skm.balanced_accuracy_score(truth, pred))
expect("class.balanced.adjusted", skm.balanced_accuracy_score(truth, pred, adjusted=True))
expect("class.hamming", skm.hamming_loss(truth, pred))
expect("class.matthews", skm.matthews_corrcoef(truth, pred))
for weights in (None, "linear", "quadratic"):
    expect(f"class.kappa.{weights}", skm.cohen_kappa_score(truth, pred, weights=weights))
    expect(f"class.kappa.labels.{weights}", skm.cohen_kappa_score(truth, pred, weights=weights, labels=[0, 4, 2]))
kept = truth != 2
expect("class.ignore2.f1.macro", skm.f1_score(truth[kept], pred[kept], average="macro"))

# Kappa where class 1 is in neither: the distance of 0 and 2 is one place, not two.
gap_pred = give("gap_predictions", rng.choice([0, 2, 3], size=20), "int")
gap_true = give("gap_targets", rng.choice([0, 2, 3], size=20), "int")
for weights in ("linear", "quadratic"):
    expect(f"gap.kappa.{weights}", skm.cohen_kappa_score(gap_true, gap_pred, weights=weights))

# Two classes; scores in quarters, so that many are alike.
n = 47
two = give("binary_scores", np.round(rng.normal(size=(n, 2)) * 4) / 4)
btrue = give("binary_targets", (rng.random(n) + two[:, 1] / 4 > .6).astype(int), "int")
bpred, prob = two.argmax(1), softmax(two)[:, 1]
for pos in (0, 1):
    averages(f"binary.pos{pos}", btrue, bpred, ["binary"], pos_label=pos)
    expect(f"binary.pos{pos}.ap", skm.average_precision_score(btrue, prob if pos else -prob, pos_label=pos))
    expect(f"binary.pos{pos}.brier", skm.brier_score_loss(btrue, prob if pos else 1 - prob, pos_label=pos))
expect("binary.auc", skm.roc_auc_score(btrue, prob))
for fpr in (.1, .37, 1.):
    expect(f"binary.auc.fpr{fpr:g}", skm.roc_auc_score(btrue, prob, max_fpr=fpr))
expect("binary.matthews", skm.matthews_corrcoef(btrue, bpred))
expect("binary.kappa", skm.cohen_kappa_score(btrue, bpred))
expect("binary.dice", skm.f1_score(btrue, bpred))
expect("binary.jaccard_coeff", skm.jaccard_score(btrue, bpred))

# AUC of several classes: all must be among the targets; scores are spread.
n = 53
auc = give("auc_scores", np.round(rng.normal(size=(n, 4)), 3))
auc_true = give("auc_targets", np.concatenate([np.arange(4), rng.integers(0, 4, n - 4)]), "int")
auc_prob = softmax(auc)
for average in ("macro", "weighted"):
    for kind in ("ovr", "ovo"):
        expect(f"auc.{kind}.{average}", skm.roc_auc_score(auc_true, auc_prob, multi_class=kind, average=average))
expect("auc.ovr.micro", skm.roc_auc_score(auc_true, auc_prob, multi_class="ovr", average="micro"))

# Several labels; label 2 is rare, some items have none.
n, L = 43, 4
multi = give("multi_scores", np.round(rng.normal(size=(n, L)), 2))
mtrue = (rng.random((n, L)) < np.array([.5, .3, .08, .6])).astype(int)
mtrue[0], mtrue[1] = [1, 0, 1, 0], [0, 0, 0, 0]
mtrue = give("multi_targets", mtrue, "int")
mprob = sigmoid(multi)
for thresh, name in ((.5, "multi"), (.7, "multi.thresh7")):
    averages(name, mtrue, (mprob >= thresh).astype(int), ["micro", "macro", "weighted", "samples"])
averages("multi.labels", mtrue, (mprob >= .5).astype(int), ["micro", "macro", "weighted", "samples"], labels=[3, 1])
mpred = (mprob >= .5).astype(int)
expect("multi.accuracy", (mpred == mtrue).mean())
expect("multi.hamming", skm.hamming_loss(mtrue, mpred))
expect("multi.matthews", np.mean([skm.matthews_corrcoef(mtrue[:, i], mpred[:, i]) for i in range(L)]))
expect("multi.brier", np.mean([skm.brier_score_loss(mtrue[:, i], mprob[:, i]) for i in range(L)]))
for average in ("micro", "macro", "weighted"):
    expect(f"multi.auc.{average}", skm.roc_auc_score(mtrue, mprob, average=average))
    expect(f"multi.ap.{average}", skm.average_precision_score(mtrue, mprob, average=average))
expect("multi.ap.samples", skm.average_precision_score(mtrue, mprob, average="samples"))
expect("multi.auc.fpr3", skm.roc_auc_score(mtrue, mprob, max_fpr=.3))
empty = mtrue.copy()
empty[:, 2] = 0  # a label that no item has
expect("multi.empty.ap.macro", skm.average_precision_score(empty, mprob))
expect("multi.empty.f1.macro", skm.f1_score(empty, mpred, average="macro"))
expect("multi.empty.matthews", np.mean([skm.matthews_corrcoef(empty[:, i], mpred[:, i]) for i in range(L)]))

# Numbers; some alike, their mean far from zero.
n = 59
guess = give("numbers_predicted", np.round(rng.normal(size=n), 1) + 100)
value = give("numbers_actual", np.round(guess + rng.normal(size=n) * .7 + .3, 1))
expect("numbers.mse", skm.mean_squared_error(value, guess))
expect("numbers.rmse", skm.mean_squared_error(value, guess, squared=False))
expect("numbers.mae", skm.mean_absolute_error(value, guess))
expect("numbers.msle", skm.mean_squared_log_error(value, guess))
expect("numbers.exp_rmspe", np.sqrt(np.mean(((np.exp(value) - np.exp(guess)) / np.exp(value)) ** 2)))
expect("numbers.explained", skm.explained_variance_score(value, guess))
expect("numbers.r2", skm.r2_score(value, guess))
expect("numbers.pearson", scipy.stats.pearsonr(guess, value)[0])
expect("numbers.spearman", scipy.stats.spearmanr(guess, value)[0])

# Segmentation: 5 pictures of 3 x 4, 4 classes, of which class 3 is in neither; class 255 is no class.
shape = (5, 4, 3, 4)
pixels = give("pixel_scores", np.round(rng.normal(size=shape), 3) - np.array([0, 0, 0, 9]).reshape(1, 4, 1, 1))
ptrue = rng.choice([0, 0, 1, 2, 255], size=(5, 3, 4))
give("pixel_targets", ptrue, "int")
ppred = pixels.argmax(1)
seen = ptrue != 255
p, t = ppred[seen], ptrue[seen]
expect("pixels.dice_multi", np.mean([skm.f1_score(t == c, p == c) for c in range(3)]))
expect("pixels.jaccard_multi", np.mean([skm.jaccard_score(t == c, p == c) for c in range(3)]))
for background in (0, 2):
    expect(f"pixels.foreground{background}", (p == t)[t != background].mean())


# Sentences of 9 words; the last one has none right.
def bleu(preds, targs):
    right, count, m, k = [0] * 4, [0] * 4, 0, 0
    for p, t in zip(preds, targs):
        m, k, smooth = m + len(p), k + len(t), 1
        for i in range(4):
            grams = lambda x: [tuple(x[j:j + i + 1]) for j in range(len(x) - i)]
            c = sum((Counter(grams(p)) & Counter(grams(t))).values())
            if c == 0:
                smooth *= 2
                c = 1 / smooth
            right[i] += c
            count[i] += len(grams(p))
    return min(1, math.exp(1 - k / m)) * math.prod(c / n for c, n in zip(right, count)) ** .25


words = rng.integers(0, 6, size=(7, 9))
said = np.where(rng.random((7, 9)) < .75, words, rng.integers(0, 6, size=(7, 9)))
said[6] = 7
give("words_actual", words, "int")
give("words_predicted", said, "int")
expect("words.bleu", bleu(said.tolist(), words.tolist()))
expect("words.bleu.short", bleu(said[:, :7].tolist(), words.tolist()))

# The best argument of a metric: of a smooth function, and of F1 by its threshold, which has steps.
best = scipy.optimize.minimize_scalar(lambda x: -np.sin(3 * x) - x, bounds=(0, 2), method="bounded", options={"xatol": 1e-6})
expect("optim.sine", -best.fun)
expect("optim.sine.x", best.x)
best = scipy.optimize.minimize_scalar(lambda x: -skm.f1_score(mtrue, mprob >= x, average="macro"), bounds=(.1, .9),
                                      method="bounded", options={"xatol": .01})
expect("optim.f1", -best.fun)
expect("optim.f1.x", best.x)

# Weights of items, the first so many for each of the sets above; some weigh nothing.
weights = np.round(rng.gamma(1, 2, size=61), 2)
weights[[3, 17, 40]] = 0
weights = give("item_weights", weights)
w = weights[:len(truth)]
averages("weighted.class", truth, pred, ["micro", "macro", "weighted"], sample_weight=w)
averages("weighted.class.labels", truth, pred, ["micro", "macro", "weighted"], labels=[1, 3, 4], sample_weight=w)
expect("weighted.class.balanced", skm.balanced_accuracy_score(truth, pred, sample_weight=w))
expect("weighted.class.balanced.adjusted", skm.balanced_accuracy_score(truth, pred, adjusted=True, sample_weight=w))
expect("weighted.class.hamming", skm.hamming_loss(truth, pred, sample_weight=w))
expect("weighted.class.matthews", skm.matthews_corrcoef(truth, pred, sample_weight=w))
for kind in (None, "linear", "quadratic"):
    expect(f"weighted.class.kappa.{kind}", skm.cohen_kappa_score(truth, pred, weights=kind, sample_weight=w))
expect("weighted.class.ignore2.f1.macro", skm.f1_score(truth[kept], pred[kept], average="macro", sample_weight=w[kept]))
w = weights[:len(btrue)]
for pos in (0, 1):
    averages(f"weighted.binary.pos{pos}", btrue, bpred, ["binary"], pos_label=pos, sample_weight=w)
    expect(f"weighted.binary.pos{pos}.ap",
           skm.average_precision_score(btrue, prob if pos else -prob, pos_label=pos, sample_weight=w))
    expect(f"weighted.binary.pos{pos}.brier",
           skm.brier_score_loss(btrue, prob if pos else 1 - prob, pos_label=pos, sample_weight=w))
expect("weighted.binary.auc", skm.roc_auc_score(btrue, prob, sample_weight=w))
expect("weighted.binary.auc.fpr0.37", skm.roc_auc_score(btrue, prob, max_fpr=.37, sample_weight=w))
w = weights[:len(auc_true)]
for average in ("micro", "macro", "weighted"):
    expect(f"weighted.auc.ovr.{average}",
           skm.roc_auc_score(auc_true, auc_prob, multi_class="ovr", average=average, sample_weight=w))
w = weights[:len(mtrue)]
averages("weighted.multi", mtrue, mpred, ["micro", "macro", "weighted", "samples"], sample_weight=w)
expect("weighted.multi.hamming", skm.hamming_loss(mtrue, mpred, sample_weight=w))
expect("weighted.multi.matthews",
       np.mean([skm.matthews_corrcoef(mtrue[:, i], mpred[:, i], sample_weight=w) for i in range(L)]))
expect("weighted.multi.brier",
       np.mean([skm.brier_score_loss(mtrue[:, i], mprob[:, i], sample_weight=w) for i in range(L)]))
for average in ("micro", "macro", "weighted"):
    expect(f"weighted.multi.auc.{average}", skm.roc_auc_score(mtrue, mprob, average=average, sample_weight=w))
for average in ("micro", "macro", "weighted", "samples"):
    expect(f"weighted.multi.ap.{average}", skm.average_precision_score(mtrue, mprob, average=average, sample_weight=w))
w = weights[:len(value)]
expect("weighted.numbers.explained", skm.explained_variance_score(value, guess, sample_weight=w))
expect("weighted.numbers.r2", skm.r2_score(value, guess, sample_weight=w))

# classification_report: class 2 is never predicted, class 3 in neither; numbers of each row, and the text.
rtrue = give("report_targets", [0, 0, 0, 1, 1, 2, 2, 4, 4, 4, 4, 0], "int")
rpred = give("report_predictions", [0, 1, 0, 1, 1, 0, 1, 4, 4, 0, 4, 4], "int")
names = ["cat", "dog", "owl", "pangolin", "platypuses of all sorts"]
report = skm.classification_report(rtrue, rpred, labels=range(5), target_names=names)
micro = next(line for line in report.splitlines() if "micro avg" in line)
n_right = f"{(rtrue == rpred).mean():.2f}"
# Where all classes are named, what scikit-learn 1.2 calls micro avg is the accuracy.
report = report.replace(micro, f"{'accuracy':>{len(names[-1])}} {'':10}{'':10} {n_right:>9} {len(rtrue):>9}")
seen = skm.classification_report([0, 0, 1, 1, 1], [0, 1, 1, 1, 1], labels=[0, 1], target_names=["no", "yes"])

pathlib.Path(__file__).with_suffix(".hpp").write_text(
    f"""#pragma once
// Written by metrics.py (seed {SEED}) with scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}: do not edit.

#include <cstdint>

namespace parity {{

""" + "\n".join(inputs) + """


struct Number {
  char const* name;
  double value;
};
inline constexpr Number numbers[] = {
""" + "\n".join(numbers) + """
};
inline constexpr char const* report = R"(""" + report + """)";
inline constexpr char const* report_of_seen = R"(""" + seen + """)";

}  // namespace parity
""")
