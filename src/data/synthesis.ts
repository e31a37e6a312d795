import { z } from "zod";

/** Parameters of the synthetic data set; every pixel follows from them. */
export const synthesis = z.strictObject({
  classes: z.int().min(2).max(100).default(10),
  /** Edge of an image in pixels. */
  size: z.int().min(8).max(128).default(32),
  train_per_class: z.int().min(1).default(1000),
  test_per_class: z.int().min(1).default(100),
  /** 0: clean pictures; 1: pixel noise of the whole range. */
  noise: z.number().min(0).max(1).default(0.3),
  seed: z.int().min(0).max(0xffffffff).default(0),
});

export type Synthesis = z.infer<typeof synthesis>;

/** Shapes and textures whose combinations are the classes. */
export const SHAPES = ["disc", "square", "triangle", "ring", "cross"] as const;
export const TEXTURES = ["plain", "striped", "checked", "dotted"] as const;

/** What class `label` looks like; beyond 20 classes only the colour tells some of them apart. */
export function appearance(label: number): {
  readonly shape: typeof SHAPES[number];
  readonly texture: typeof TEXTURES[number];
} {
  return {
    shape: SHAPES[label % SHAPES.length]!,
    texture: TEXTURES[Math.floor(label / SHAPES.length) % TEXTURES.length]!,
  };
}

/** "plain disc", "plain square", …; a number after the name from class 20 on. */
export function synthesisClassNames(classes: number): string[] {
  const kinds = SHAPES.length * TEXTURES.length;
  return Array.from({ length: classes }, (_, label) => {
    const { shape, texture } = appearance(label);
    const round = Math.floor(label / kinds);
    return round === 0 ? `${texture} ${shape}` : `${texture} ${shape} ${round + 1}`;
  });
}
