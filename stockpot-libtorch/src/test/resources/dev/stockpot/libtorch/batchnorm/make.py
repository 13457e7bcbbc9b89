"""Makes the BatchNorm family of this folder: a small scripted CNN, pre-trained on the digits'
training set, and two fine-tunes of it, one of them on pixels that are 16 times as bright: BatchNorm
makes that no matter for the model, but the averaged statistics fit neither, and ruin the average. Run in this folder with PyTorch: python make.py ../../../../../../../../examples/digits/data"""
import sys, numpy as np, torch, torch.nn as nn
from safetensors.torch import save_file
torch.manual_seed(0); torch.set_num_threads(1)
data = sys.argv[1]
def load(n): return torch.from_numpy(np.load(f'{data}/{n}-x.npy').astype('float32') / 16).permute(0, 3, 1, 2), torch.from_numpy(np.load(f'{data}/{n}-y.npy'))
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1, bias=False); self.norm1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1, bias=False); self.norm2 = nn.BatchNorm2d(16)
        self.head = nn.Linear(16 * 4, 10)
    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.norm1(self.conv1(x))), 2)
        x = torch.max_pool2d(torch.relu(self.norm2(self.conv2(x))), 2)
        return self.head(torch.flatten(x, 1))
x, y = load('train'); tx, ty = load('test')
def train(net, lr, epochs, seed, scale=1.0):
    torch.manual_seed(seed); o = torch.optim.AdamW(net.parameters(), lr, weight_decay=0.0); net.train()
    for _ in range(epochs):
        for i in torch.randperm(len(x)).split(50):
            o.zero_grad(); nn.functional.cross_entropy(net(scale * x[i]), y[i], label_smoothing=0.1).backward(); o.step()
    net.eval(); return net
def acc(net):
    net.eval()
    with torch.no_grad(): return int((net(tx).argmax(1) == ty).sum())
def copy(net):
    other = Net(); other.load_state_dict(net.state_dict()); return other
base = train(Net(), 1e-2, 6, 1)
torch.jit.script(base).save('model.ts.pt')
models = [train(copy(base), 3e-3, 10, 2), train(copy(base), 3e-3, 10, 3, 16.0)]
for i, m in enumerate(models): save_file({k: v.contiguous() for k, v in m.state_dict().items()}, f'ft-{i}.safetensors')
soup = Net(); states = [m.state_dict() for m in models]
soup.load_state_dict({k: (sum(s[k] for s in states) / 2 if states[0][k].is_floating_point() else states[0][k]) for k in states[0]})
before = acc(soup)
for m in soup.modules():
    if isinstance(m, nn.BatchNorm2d): m.reset_running_stats(); m.momentum = None
soup.train()
with torch.no_grad(): soup(x)
print('models', acc(models[0]), 'averaged', before, 'recalibrated', acc(soup), 'of', len(tx))
np.savetxt('recalibrated-norm2-mean.txt', soup.norm2.running_mean.numpy())
np.savetxt('recalibrated-norm2-var.txt', soup.norm2.running_var.numpy())
