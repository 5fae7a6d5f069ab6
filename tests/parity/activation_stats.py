# The numbers of ActivationStats that tests/mid/callbacks/watch.cpp expects: fastai 2.7.18 on torch 1.13.1.
#   PYTHONPATH=<folder with fastai, fastcore, fastprogress, fastdownload> python3 tests/parity/activation_stats.py
from fastai.basics import *
from fastai.callback.hook import ActivationStats


def points(n, width):
    return (torch.arange(n * width, dtype=torch.float).view(n, width) / 10).sin()


x = torch.cat([points(4, 3) + b / 10 for b in range(3)])
y = torch.cat([points(4, 1) * 3 for b in range(3)])
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
with torch.no_grad():
    for p in net.parameters():
        p.copy_((torch.arange(float(p.numel())).view(p.shape) * 1.5).sin() * 2)
data = torch.utils.data.TensorDataset(x, y)
dls = DataLoaders.from_dsets(data, data, bs=4, shuffle=False, drop_last=False, num_workers=0)
stats = ActivationStats(with_hist=True, modules=list(net))
learn = Learner(dls, net, loss_func=MSELossFlat(), opt_func=SGD, cbs=stats)
with learn.no_logging():
    learn.fit(1, 0.0)
for layer in range(3):
    for name, numbers in zip(("mean", "std", "near_zero"), stats.layer_stats(layer)):
        print(layer, name, list(numbers))
hist = stats.hist(1)
for bin in range(40):
    if hist[bin].sum() > 0:
        print("hist", bin, hist[bin].tolist())
