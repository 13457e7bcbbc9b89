"""Makes the files of this folder: a script with linear layers that are used in all sorts of ways,
and a scripted transformer encoder of PyTorch's own layers, its weights,
and the Gram matrices of its linear layers over sin(0), sin(1), … as 3 examples of 4 places of 6 numbers,
as PyTorch's modules and functions see them. Run in this folder with PyTorch: python make.py"""
import os, zipfile, numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from safetensors.torch import save_file
torch.manual_seed(0); torch.set_num_threads(1)
def save(script, name):
    script.save('all.ts.pt')
    with zipfile.ZipFile('all.ts.pt') as all, zipfile.ZipFile(name, 'w', zipfile.ZIP_DEFLATED) as file:
        for entry in all.infolist(): # without what is there for debugging, such as paths
            if not entry.filename.endswith('.debug_pkl'): file.writestr(entry.filename, all.read(entry))
    os.remove('all.ts.pt')
class Uses(nn.Module):
    def __init__(self):
        super().__init__()
        self.again = nn.Linear(4, 4, bias=False); self.product = nn.Parameter(torch.zeros(4, 4)); self.added = nn.Parameter(torch.zeros(4, 4))
        self.left = nn.Parameter(torch.zeros(4, 4)); self.never = nn.Linear(4, 4, bias=False); self.head = nn.Linear(4, 4, bias=False)
        self.tied = nn.Linear(4, 4, bias=False); self.tied.weight = self.head.weight
    def forward(self, x, times: int = 3):
        for _ in range(times): x = torch.relu(self.again(x)) # 'again' sees three inputs
        x = torch.matmul(x, self.product.t())
        x = torch.addmm(x, x, self.added.transpose(0, 1))
        x = torch.matmul(x, self.left) # not a product with [out, in]
        if x.size(0) > 1000: x = self.never(x)
        return self.tied(self.head(x))
save(torch.jit.script(Uses()), 'uses.ts.pt')
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(6, 2, 8, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False); self.head = nn.Linear(6, 3)
    def forward(self, x): return self.head(self.encoder(x).mean(1))
net = Net().eval()
save(torch.jit.script(net), 'transformer.ts.pt')
save_file({k: v.contiguous() for k, v in net.state_dict().items()}, 'transformer.safetensors')
names = {id(p): n for n, p in net.named_parameters()}
grams, linear = {}, F.linear
def listening(x, weight, bias=None):
    rows = x.detach().double().reshape(-1, x.shape[-1])
    grams[names[id(weight)]] = grams.get(names[id(weight)], 0) + rows.T @ rows
    return linear(x, weight, bias)
F.linear = torch.nn.functional.linear = listening
net(torch.from_numpy(np.sin(np.arange(72)).astype('float32')).reshape(3, 4, 6))
for name, gram in grams.items(): np.savetxt(name + '.txt', gram.numpy(), '%.9g')
print(sorted(grams))
