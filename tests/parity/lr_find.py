# The suggestions that tests/mid/inspect/lr_find.cpp expects: fastai 2.7.18 on torch 1.13.1.
#   PYTHONPATH=<folder with fastai, fastcore, fastprogress, fastdownload> python3 tests/parity/lr_find.py
from math import exp, log10, sin

from fastai.basics import *
from fastai.callback.schedule import minimum, slide, steep, valley


def curve(fall, wave, n):
    lrs = [1e-7 * 1e8 ** ((i + 10) / 100) for i in range(n)]
    losses = []
    for i, lr in enumerate(lrs):
        x = log10(lr)
        losses.append(2.3 - fall / (1 + exp(-2 * (x + 3))) + exp(4 * (x - 0.3)) + wave * sin(3 * i))
    return tensor(lrs), tensor(losses)


for fall, wave, n in ((1.5, 0, 85), (1.5, 0.02, 85), (0.5, 0.004, 70), (1.8, 0.1, 85), (1.5, 0.001, 40), (1.5, 0.3, 16)):
    lrs, losses = curve(fall, wave, n)
    found = [f(lrs, losses, 100)[0] for f in (valley, slide, minimum, steep)]
    print(f"{{{fall}, {wave}, {n}, {found[0]}, {found[1]}, {found[2]}, {found[3]}}},")
