/** What a checkpoint's file name says. */
export interface CheckpointName {
  /** Checksum of the run's fingerprint, below 2³²: runs do not touch each other's files. */
  readonly run: number;
  /** In the order of writing, from 1. */
  readonly number: number;
}

const PATTERN = /^checkpoint_([\da-f]{8})_(\d{8})\.safetensors$/;

/** `checkpoint_0a1b2c3d_00000001.safetensors` */
export function checkpointName({ run, number }: CheckpointName): string {
  const digits = (value: number, radix: number) => value.toString(radix).padStart(8, "0");
  return `checkpoint_${digits(run, 16)}_${digits(number, 10)}.safetensors`;
}

/** What a file's name says, or undefined if it is no checkpoint's. */
export function parseCheckpointName(name: string): CheckpointName | undefined {
  const match = PATTERN.exec(name);
  return match ? { run: parseInt(match[1]!, 16), number: Number(match[2]) } : undefined;
}
