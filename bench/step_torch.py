"""A FixMatch step of a WRN in eager PyTorch, channels-last: the yardstick of bench/step.ts.

The joint forward of labelled, weak and strong images, the losses, the backward pass and SGD with Nesterov momentum; no views, no moving
average, and the same images at every step. The network is USB's: LeakyReLU 0.1, BatchNorm momentum 0.001.

Prints a JSON line when it is ready, then one for each line {"steps": n} that it reads.
Arguments: depth, width, labelled images, threads, device (cpu or cuda), eager or compiled.
"""

import json
import os
import resource
import sys
import time

depth, width, batch, threads = map(int, sys.argv[1:5])
device, mode = sys.argv[5:7]
os.environ["OMP_NUM_THREADS"] = str(threads)


def say(**facts):
    print(json.dumps(facts), flush=True)


try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    say(absent="not installed")
    sys.exit()
if device == "cuda" and not torch.cuda.is_available():
    say(absent="not run: this PyTorch has no GPU")
    sys.exit()

CLASSES = 10


def norm(channels, eps=1e-5):
    return nn.BatchNorm2d(channels, eps=eps, momentum=0.001)


def activation():
    return nn.LeakyReLU(0.1)


class Block(nn.Module):
    def __init__(self, fan_in, fan_out, stride, first_group):
        super().__init__()
        self.norm1, self.relu1 = norm(fan_in), activation()
        self.conv1 = nn.Conv2d(fan_in, fan_out, 3, stride, 1, bias=False)
        self.norm2, self.relu2 = norm(fan_out), activation()
        self.conv2 = nn.Conv2d(fan_out, fan_out, 3, 1, 1, bias=False)
        same = fan_in == fan_out
        self.shortcut = None if same else nn.Conv2d(fan_in, fan_out, 1, stride, bias=False)
        self.shared = first_group

    def forward(self, x):
        active = self.relu1(self.norm1(x))
        if self.shortcut is None:
            return x + self.rest(active)
        # Outside the first group the first normalisation only feeds its running statistics.
        given = active if self.shared else x
        return self.shortcut(given) + self.rest(given)

    def rest(self, x):
        return self.conv2(self.relu2(self.norm2(self.conv1(x))))


def network():
    widths = [16, 16 * width, 32 * width, 64 * width]
    blocks = [
        Block(
            widths[group] if layer == 0 else widths[group + 1],
            widths[group + 1],
            2 if layer == 0 and group > 0 else 1,
            group == 0,
        )
        for group in range(3)
        for layer in range((depth - 4) // 6)
    ]
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, 1, 1),
        *blocks,
        norm(widths[3], 1e-3),
        activation(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(widths[3], CLASSES),
    )


def losses(model, images, labels):
    logits = model(images)
    labelled, weak, strong = logits.split([batch, 2 * batch, 2 * batch])
    confidence, guess = weak.detach().softmax(-1).max(-1)
    consistency = F.cross_entropy(strong, guess, reduction="none") * (confidence >= 0.95)
    return F.cross_entropy(labelled, labels) + consistency.mean()


def main():
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    torch.backends.cudnn.benchmark = True
    model = network().to(device, memory_format=torch.channels_last).train()
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": 5e-4}, {"params": vectors, "weight_decay": 0}]
    optimizer = torch.optim.SGD(groups, lr=0.03, momentum=0.9, nesterov=True)
    images = torch.randn(5 * batch, 3, 32, 32)
    images = images.to(device, memory_format=torch.channels_last)
    labels = torch.randint(CLASSES, (batch,), device=device)
    loss_of = torch.compile(losses) if mode == "compiled" else losses

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model, images, labels)
        loss.backward()
        optimizer.step()
        return loss.item()  # waits for a GPU

    say(version=torch.__version__, parameters=sum(p.numel() for p in model.parameters()))
    for line in sys.stdin:
        steps = json.loads(line)["steps"]
        cpu, start = time.process_time(), time.perf_counter()
        for _ in range(steps):
            loss = step()
        say(
            milliseconds=1000 * (time.perf_counter() - start),
            cpuSeconds=time.process_time() - cpu,
            # Kibibytes, but bytes on macOS.
            peakBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            * (1 if sys.platform == "darwin" else 1024),
            loss=loss,
        )


main()
