# What ten steps of each optimizer make of seven numbers, for tests/low/optim/parity.cpp: fastai 2.7.18 on torch 1.13.1, in
# double precision. Prints the rows of its table.
#   PYTHONPATH=<folder with fastai, fastcore, fastprogress, fastdownload> python3 tests/parity/optimizers.py
from functools import partial

from fastai.optimizer import *
import torch

RECIPES = {
    "SGD{}": SGD,
    "SGD{.mom = .9, .wd = .1}": partial(SGD, mom=0.9, wd=0.1),
    "SGD{.mom = .9, .wd = .1, .decouple_wd = false}": partial(SGD, mom=0.9, wd=0.1, decouple_wd=False),
    "Adam{}": Adam,
    "Adam{.wd = .1, .decouple_wd = false}": partial(Adam, wd=0.1, decouple_wd=False),
    "RMSProp{}": RMSProp,
    "RMSProp{.mom = .9, .wd = .1}": partial(RMSProp, mom=0.9, wd=0.1),
    "RAdam{}": RAdam,
    "RAdam{.wd = .1, .beta = 50}": partial(RAdam, beta=50.0, wd=0.1),
    "QHAdam{}": QHAdam,
    "QHAdam{.mom = .9, .sqr_mom = .99, .nu_2 = .8, .wd = .1}": partial(QHAdam, mom=0.9, sqr_mom=0.99, nu_2=0.8, wd=0.1),
    "Larc{.trust_coeff = .5, .wd = .1}": partial(Larc, trust_coeff=0.5, wd=0.1),
    "Larc{.mom = 0, .clip = false, .trust_coeff = 2, .wd = .1, .decouple_wd = false}": partial(
        Larc, mom=0.0, clip=False, trust_coeff=2.0, wd=0.1, decouple_wd=False
    ),
    "Lamb{}": Lamb,
    "Lamb{.wd = .1, .decouple_wd = false}": partial(Lamb, wd=0.1, decouple_wd=False),
    "Lookahead{SGD{.mom = .9}, 4, .3}": lambda ps, lr: Lookahead(SGD(ps, lr, mom=0.9), k=4, alpha=0.3),
    "ranger()": ranger,
}

for name, recipe in RECIPES.items():
    p = torch.arange(7, dtype=torch.double).sin().requires_grad_()
    opt = recipe([p], lr=0.05)
    for step in range(10):
        p.grad = (torch.arange(7, dtype=torch.double) * (step + 1) * 0.7).cos() * (1 + step % 3)
        opt.step()
    values = ", ".join(repr(x) for x in p.tolist())
    print(f"    check({name}, {{{values}}});")
