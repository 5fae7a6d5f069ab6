# Writes the files of tests/low/io/torch_files with PyTorch 1.13.1 (and learner.pth with fastai 2.7.18).
#   PYTHONPATH=<folder with fastai, fastcore, fastprogress, fastdownload> python3 tests/parity/torch_files.py FOLDER
import collections
import sys

import torch
from fastai.basics import *
from torch import nn

folder = sys.argv[1] + "/"
torch.manual_seed(0)


def numbers(*shape):
    n = 1
    for extent in shape:
        n *= extent
    return (torch.arange(n, dtype=torch.float) / 4).view(*shape)


net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
with torch.no_grad():
    net[0].weight.copy_(numbers(2, 3))
    net[0].bias.copy_(numbers(2))
torch.save(net.state_dict(), folder + "state.pth")
torch.save(net.state_dict(), folder + "legacy.pth", _use_new_zipfile_serialization=False)
torch.save(net, folder + "whole.pth")

base = numbers(4, 5)
torch.save(
    collections.OrderedDict(
        double=numbers(2).double(), half=numbers(2).half(), bfloat16=numbers(2).bfloat16(), int64=torch.tensor([-1, 2**40]),
        int32=torch.tensor([-1, 2**30], dtype=torch.int), int16=torch.tensor([-2, 300], dtype=torch.short),
        int8=torch.tensor([-3, 4], dtype=torch.int8), uint8=torch.tensor([250], dtype=torch.uint8),
        bool=torch.tensor([True, False]), complex64=torch.tensor([1 + 2j]), scalar=torch.tensor(2.5),
        empty=torch.zeros(3, 0), view=base[1:3, 1:4], transposed=base.t(), expanded=torch.ones(1).expand(5),
        parameter=nn.Parameter(numbers(3)),
    ),
    folder + "types.pth",
)
torch.save(
    {"epoch": 7, "lr": 0.25, "best": None, "name": "grün", "done": True, "big": 2**40, "negative": -5, 3: "three",
     "shape": torch.Size([2, 3]), "lists": [[1, 2], (3,), {4}], "state_dict": net.state_dict(), "device": torch.device("cpu")},
    folder + "checkpoint.pth",
)

x, y = numbers(8, 3), numbers(8, 2)
data = torch.utils.data.TensorDataset(x, y)
dls = DataLoaders.from_dsets(data, data, bs=4, num_workers=0)
learn = Learner(dls, net, loss_func=MSELossFlat(), path=folder, model_dir=".")
with learn.no_logging():
    learn.fit(1)
print({name: tensor.tolist() for name, tensor in net.state_dict().items()})
learn.save("learner")
