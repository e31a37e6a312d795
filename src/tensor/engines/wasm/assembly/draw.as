// Threefry-2x32 with 20 rounds, as in ../../../threefry.ts: element i is the first word of the block with counter [i, 0].

let x: u32 = 0;
let y: u32 = 0;

function encrypt(k0: u32, k1: u32, c0: u32, c1: u32): void {
  const k2 = 0x1bd11bda ^ k0 ^ k1;
  let a = c0 + k0, b = c1 + k1;
  a += b;
  b = rotl<u32>(b, 13) ^ a;
  a += b;
  b = rotl<u32>(b, 15) ^ a;
  a += b;
  b = rotl<u32>(b, 26) ^ a;
  a += b;
  b = rotl<u32>(b, 6) ^ a;
  a += k1;
  b += k2 + 1;
  a += b;
  b = rotl<u32>(b, 17) ^ a;
  a += b;
  b = rotl<u32>(b, 29) ^ a;
  a += b;
  b = rotl<u32>(b, 16) ^ a;
  a += b;
  b = rotl<u32>(b, 24) ^ a;
  a += k2;
  b += k0 + 2;
  a += b;
  b = rotl<u32>(b, 13) ^ a;
  a += b;
  b = rotl<u32>(b, 15) ^ a;
  a += b;
  b = rotl<u32>(b, 26) ^ a;
  a += b;
  b = rotl<u32>(b, 6) ^ a;
  a += k0;
  b += k1 + 3;
  a += b;
  b = rotl<u32>(b, 17) ^ a;
  a += b;
  b = rotl<u32>(b, 29) ^ a;
  a += b;
  b = rotl<u32>(b, 16) ^ a;
  a += b;
  b = rotl<u32>(b, 24) ^ a;
  a += k1;
  b += k2 + 4;
  a += b;
  b = rotl<u32>(b, 13) ^ a;
  a += b;
  b = rotl<u32>(b, 15) ^ a;
  a += b;
  b = rotl<u32>(b, 26) ^ a;
  a += b;
  b = rotl<u32>(b, 6) ^ a;
  a += k2;
  b += k0 + 5;
  x = a;
  y = b;
}

/** Random bits, or float32 in [0, 1) of their upper 24. key: two int32. domain: second counter word of stream keys. */
export function draw(
  key: usize,
  stream: i32,
  domain: i32,
  out: usize,
  count: i32,
  toFloat: i32,
): void {
  encrypt(load<u32>(key), load<u32>(key, 4), <u32> stream, <u32> domain);
  const k0 = x, k1 = y;
  for (let i: i32 = 0; i < count; i++) {
    encrypt(k0, k1, <u32> i, 0);
    if (toFloat) {
      store<f32>(out, <f32> (x >>> 8) * <f32> 5.9604644775390625e-8);
    } else {
      store<u32>(out, x);
    }
    out += 4;
  }
}
