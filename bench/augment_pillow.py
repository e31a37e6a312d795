"""Images a second of FixMatch's views (64 labelled and 128 unlabelled weak ones, 128 strong ones) made with Pillow and NumPy.

The yardstick of bench/augment.ts: the operations, ranges and draws of USB's pipeline, image by image, in the given number of
processes as its data loader has workers. Collation into batches is left out. Prints one JSON object.
"""

import json
import multiprocessing
import random
import sys
import time

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

SIZE = 32
ROUNDS = 12
MEAN = np.array([0.485, 0.456, 0.406], np.float32).reshape(3, 1, 1)
STD = np.array([0.229, 0.224, 0.225], np.float32).reshape(3, 1, 1)


def enhanced(enhance):
    return lambda image, v: enhance(image).enhance(v)


def moved(matrix):
    return lambda image, v: image.transform(image.size, Image.Transform.AFFINE, matrix(v * SIZE, v))


OPERATIONS = [
    (lambda image, v: ImageOps.autocontrast(image), 0, 1),
    (enhanced(ImageEnhance.Brightness), 0.05, 0.95),
    (enhanced(ImageEnhance.Color), 0.05, 0.95),
    (enhanced(ImageEnhance.Contrast), 0.05, 0.95),
    (lambda image, v: ImageOps.equalize(image), 0, 1),
    (lambda image, v: image, 0, 1),
    (lambda image, v: ImageOps.posterize(image, max(1, int(v))), 4, 8),
    (lambda image, v: image.rotate(v), -30, 30),
    (enhanced(ImageEnhance.Sharpness), 0.05, 0.95),
    (moved(lambda t, v: (1, v, 0, 0, 1, 0)), -0.3, 0.3),
    (moved(lambda t, v: (1, 0, 0, v, 1, 0)), -0.3, 0.3),
    (lambda image, v: ImageOps.solarize(image, v), 0, 256),
    (moved(lambda t, v: (1, 0, t, 0, 1, 0)), -0.3, 0.3),
    (moved(lambda t, v: (1, 0, 0, 0, 1, t)), -0.3, 0.3),
]


def weak(image):
    """Reflect-padded crop and flip."""
    padded = Image.fromarray(np.pad(np.asarray(image), ((4, 4), (4, 4), (0, 0)), "reflect"))
    left, top = random.randint(0, 8), random.randint(0, 8)
    image = padded.crop((left, top, left + SIZE, top + SIZE))
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if random.random() < 0.5 else image


def strong(image):
    image = weak(image)
    for operation, low, high in random.choices(OPERATIONS, k=3):
        image = operation(image, low + (high - low) * random.random())
    side = random.uniform(0, 0.5) * SIZE
    x, y = np.random.uniform(SIZE), np.random.uniform(SIZE)
    x, y = int(max(0, x - side / 2)), int(max(0, y - side / 2))
    image = image.copy()
    ImageDraw.Draw(image).rectangle((x, y, min(SIZE, x + side), min(SIZE, y + side)), (125, 123, 114))
    return image


def normalised(image):
    pixels = np.asarray(image).transpose(2, 0, 1)
    return (np.ascontiguousarray(pixels, np.float32) / 255 - MEAN) / STD


def step(seed):
    """Seconds for the views of a step."""
    random.seed(seed)
    np.random.seed(seed)
    wave = 128 + 100 * np.sin(np.arange(192 * SIZE * SIZE * 3) / 97) + np.random.randint(0, 16)
    images = wave.astype(np.uint8).reshape(192, SIZE, SIZE, 3)
    start = time.perf_counter()
    for pixels in images[:64]:
        normalised(weak(Image.fromarray(pixels)))
    for pixels in images[64:]:
        image = Image.fromarray(pixels)
        normalised(weak(image))
        normalised(strong(image))
    return time.perf_counter() - start


def main():
    processes = int(sys.argv[1])
    with multiprocessing.Pool(processes) as pool:
        pool.map(step, range(processes))
        seconds = pool.map(step, range(ROUNDS * processes), chunksize=1)
    median = sorted(seconds)[len(seconds) // 2]
    print(json.dumps({"images_per_s": 320 * processes / median}))


main()
