# The losses of RNNRegularizer that tests/mid/callbacks/record.cpp expects: fastai 2.7.18 on torch 1.13.1.
#   PYTHONPATH=<folder with fastai, fastcore, fastprogress, fastdownload> python3 tests/parity/rnn.py
from fastai.basics import *
from fastai.callback.rnn import RNNCallback, RNNRegularizer, rnn_cbs


class Recurrent(Module):
    def __init__(self):
        self.layer = nn.Linear(2, 3)
        with torch.no_grad():
            self.layer.weight.copy_(torch.arange(6.0).view(3, 2) / 10)
            self.layer.bias.zero_()
        self.reset_calls = 0

    def forward(self, x):
        raw = self.layer(x)
        return raw.mean((1, 2)).unsqueeze(1), [raw * 0, raw], [raw * 0, raw * 2]

    def reset(self):
        self.reset_calls += 1


class Look(Callback):
    order = 40

    def after_loss(self):
        if self.training:
            print("loss", self.loss.item(), "loss_grad", self.loss_grad.item())


x = (torch.arange(24.0).view(3, 4, 2) / 10).sin()
y = torch.arange(3.0).unsqueeze(1)
data = torch.utils.data.TensorDataset(x, y)
dls = DataLoaders.from_dsets(data, data, bs=3, shuffle=False, drop_last=False, num_workers=0)
for alpha, beta in ((0.0, 0.0), (2.0, 0.0), (0.0, 5.0), (2.0, 5.0)):
    learn = Learner(dls, Recurrent(), loss_func=MSELossFlat(), opt_func=SGD, cbs=rnn_cbs(alpha, beta))
    with learn.no_logging():
        learn.fit(1, 0.0, cbs=Look())
    print(alpha, beta, "resets", learn.model.reset_calls)
