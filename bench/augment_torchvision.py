"""FixMatch's views (64 labelled and 128 unlabelled weak ones, 128 strong ones) as USB makes them: torchvision and PIL in data loaders.

The yardstick of bench/augment.ts. First argument: how many cores. The loader of unlabelled images has as many workers, the other
one half of them (USB's proportion). Says on standard output, one JSON object a line, what is used; then, for each line that it
reads, how many images it made in how many seconds. Between lines nothing computes: the workers have finished their batches.
"""

import json
import os
import random
import sys
import time

try:
    import numpy as np
    import torch
    import torchvision
    from PIL import Image, ImageDraw, ImageEnhance, ImageOps, __version__ as pillow
    from torchvision import transforms
except ImportError as error:
    print(json.dumps({"missing": str(error)}))
    sys.exit(0)

SIZE = 32
COUNT = 512
LABELLED = 64
UNLABELLED = 128
STEPS = 12
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def enhanced(enhance):
    return lambda image, v: enhance(image).enhance(v)


def moved(matrix):
    return lambda image, v: image.transform(image.size, Image.Transform.AFFINE, matrix(v, v * SIZE))


# Name, what is done at a magnitude, and the magnitude's range.
OPERATIONS = [
    ("AutoContrast", lambda image, v: ImageOps.autocontrast(image), 0, 1),
    ("Brightness", enhanced(ImageEnhance.Brightness), 0.05, 0.95),
    ("Color", enhanced(ImageEnhance.Color), 0.05, 0.95),
    ("Contrast", enhanced(ImageEnhance.Contrast), 0.05, 0.95),
    ("Equalize", lambda image, v: ImageOps.equalize(image), 0, 1),
    ("Identity", lambda image, v: image, 0, 1),
    ("Posterize", lambda image, v: ImageOps.posterize(image, max(1, int(v))), 4, 8),
    ("Rotate", lambda image, v: image.rotate(v), -30, 30),
    ("Sharpness", enhanced(ImageEnhance.Sharpness), 0.05, 0.95),
    ("ShearX", moved(lambda v, pixels: (1, v, 0, 0, 1, 0)), -0.3, 0.3),
    ("ShearY", moved(lambda v, pixels: (1, 0, 0, v, 1, 0)), -0.3, 0.3),
    ("Solarize", lambda image, v: ImageOps.solarize(image, v), 0, 256),
    ("TranslateX", moved(lambda v, pixels: (1, 0, pixels, 0, 1, 0)), -0.3, 0.3),
    ("TranslateY", moved(lambda v, pixels: (1, 0, 0, 0, 1, pixels)), -0.3, 0.3),
]


def cut_out(image, side):
    """A grey rectangle, measured from where its corner is clipped."""
    if side <= 0:
        return image
    x, y = (int(max(0, np.random.uniform(SIZE) - side / 2)) for _ in range(2))
    image = image.copy()
    box = (x, y, min(SIZE, x + side), min(SIZE, y + side))
    ImageDraw.Draw(image).rectangle(box, (125, 123, 114))
    return image


class RandAugment:
    """Three operations drawn with replacement, then the cut-out."""

    def __call__(self, image):
        for _, operation, low, high in random.choices(OPERATIONS, k=3):
            image = operation(image, low + (high - low) * random.random())
        return cut_out(image, random.uniform(0, 0.5) * SIZE)


def pipeline(*operations):
    return transforms.Compose([
        transforms.Resize(SIZE),
        transforms.RandomCrop(SIZE, padding=SIZE // 8, padding_mode="reflect"),
        transforms.RandomHorizontalFlip(),
        *operations,
        transforms.ToTensor(),
        transforms.Normalize(MEAN, STD),
    ])


class Pictures(torch.utils.data.Dataset):
    """Views of made-up pictures: a weak one, or a weak and a strong one."""

    def __init__(self, strong):
        noise = (np.arange(COUNT * SIZE * SIZE * 3) * 2654435761 % 2**32) >> 28
        wave = 128 + 100 * np.sin(np.arange(COUNT * SIZE * SIZE * 3) / 97) + noise
        self.pixels = wave.astype(np.uint8).reshape(COUNT, SIZE, SIZE, 3)
        self.weak = pipeline()
        self.strong = pipeline(RandAugment()) if strong else None

    def __len__(self):
        return COUNT

    def __getitem__(self, index):
        image = Image.fromarray(self.pixels[index])
        if self.strong is None:
            return {"x_lb": self.weak(image)}
        return {"x_ulb_w": self.weak(image), "x_ulb_s": self.strong(image)}


def loader(batch, workers, strong):
    data = Pictures(strong)
    sampler = torch.utils.data.RandomSampler(data, replacement=True, num_samples=batch * STEPS)
    return torch.utils.data.DataLoader(
        data, batch_size=batch, sampler=sampler, num_workers=workers, persistent_workers=True
    )


def measured(loaders):
    start = time.perf_counter()
    images = 0
    for batches in zip(*loaders):
        images += sum(len(views) for batch in batches for views in batch.values())
    return {"images": images, "seconds": time.perf_counter() - start}


def main():
    cores = int(sys.argv[1])
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])
    torch.set_num_threads(1)
    loaders = [
        loader(LABELLED, (cores + 1) // 2, strong=False),
        loader(UNLABELLED, cores, strong=True),
    ]
    measured(loaders)
    versions = f"torchvision {torchvision.__version__}, Pillow {pillow}"
    print(json.dumps({"device": "cpu", "versions": versions}), flush=True)
    for _ in sys.stdin:
        print(json.dumps(measured(loaders)), flush=True)


if __name__ == "__main__":
    main()
