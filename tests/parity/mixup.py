# The losses of MixUp and CutMix that tests/mid/callbacks/callbacks.cpp expects: fastai 2.7.18 on torch 1.13.1.
#   PYTHONPATH=<folder with fastai, fastcore, fastprogress, fastdownload> python3 tests/parity/mixup.py
from fastai.basics import *
from fastai.callback.mixup import CutMix, MixUp
from torch.utils.data import TensorDataset


def points(n, width):
    return (torch.arange(n * width, dtype=torch.float).view(n, width) / 10).sin()


def first_loss(mix, x, y, net, seed):
    found = []

    class Seed(Callback):
        order = -50

        def before_batch(self):
            if self.training:
                torch.manual_seed(seed)

    class Look(Callback):
        order = 40

        def after_loss(self):
            if self.training:
                found.append(self.loss.item())

    data = TensorDataset(x, y)
    dls = DataLoaders.from_dsets(data, data, bs=len(x), shuffle=False, drop_last=False, num_workers=0)
    learn = Learner(dls, net, loss_func=CrossEntropyLossFlat(), opt_func=SGD)
    with learn.no_logging():
        learn.fit(1, 0.0, cbs=[mix, Look(), Seed()])
    return found[0]


def linear(n_in, n_out, scale):
    layer = nn.Linear(n_in, n_out)
    with torch.no_grad():
        layer.weight.copy_(torch.arange(float(n_in * n_out)).view(n_out, n_in) * scale)
        layer.bias.zero_()
    return layer


print("MixUp", first_loss(MixUp(0.4), points(6, 4), torch.tensor([0, 1, 2, 2, 1, 0]), linear(4, 3, 0.1), 42))
for seed in range(3):
    net = nn.Sequential(nn.Flatten(), linear(240, 2, 0.001))
    print("CutMix", seed, first_loss(CutMix(1.0), points(5, 240).view(5, 3, 8, 10), torch.tensor([0, 1, 1, 0, 1]), net, seed))
