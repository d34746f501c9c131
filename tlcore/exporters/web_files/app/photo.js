// What a JPEG of the quality in which Thaw keeps photos leaves of a picture: to the last bit what libjpeg makes of it
// (ITU-T T.81; colours of JFIF, none of them thinned out, as a canvas would do). Rounding is all that changes pixels,
// so nothing is packed.
"use strict";

const photo = (() => {
  const BRIGHTNESS = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
    29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
    121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
  ];
  const COLOUR = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  ];

  // Of eight values that lie `step` apart: their cosine transform, to the last bit as libjpeg computes it
  // (jfdctint.c: Loeffler, Ligtenberg and Moschytz 1989), in whole numbers of 13 bits less `shift`.
  function forward(v, at, step, shift) {
    const half = 1 << (shift - 1);
    const [i1, i2, i3] = [at + step, at + 2 * step, at + 3 * step];
    const [i4, i5, i6, i7] = [at + 4 * step, at + 5 * step, at + 6 * step, at + 7 * step];
    const [s0, d0] = [v[at] + v[i7], v[at] - v[i7]];
    const [s1, d1] = [v[i1] + v[i6], v[i1] - v[i6]];
    const [s2, d2] = [v[i2] + v[i5], v[i2] - v[i5]];
    const [s3, d3] = [v[i3] + v[i4], v[i3] - v[i4]];
    const [a0, a3, a1, a2] = [s0 + s3, s0 - s3, s1 + s2, s1 - s2];
    const even = (a2 + a3) * 4433 + half;
    v[at] = ((a0 + a1) * 8192 + half) >> shift;
    v[i4] = ((a0 - a1) * 8192 + half) >> shift;
    v[i2] = (even + a3 * 6270) >> shift;
    v[i6] = (even - a2 * 15137) >> shift;
    const odd = (d3 + d1 + d2 + d0) * 9633 + half;
    const [z1, z2] = [(d3 + d0) * -7373, (d2 + d1) * -20995];
    const [z3, z4] = [odd - (d3 + d1) * 16069, odd - (d2 + d0) * 3196];
    v[i7] = (d3 * 2446 + z1 + z3) >> shift;
    v[i5] = (d2 * 16819 + z2 + z4) >> shift;
    v[i3] = (d1 * 25172 + z2 + z3) >> shift;
    v[i1] = (d0 * 12299 + z1 + z4) >> shift;
  }

  // And back (jidctint.c).
  function backward(v, at, step, shift) {
    const half = 1 << (shift - 1);
    const [i1, i2, i3] = [at + step, at + 2 * step, at + 3 * step];
    const [i4, i5, i6, i7] = [at + 4 * step, at + 5 * step, at + 6 * step, at + 7 * step];
    const [v1, v3, v5, v7] = [v[i1], v[i3], v[i5], v[i7]];
    const even = (v[i2] + v[i6]) * 4433;
    const [e2, e3] = [even - v[i6] * 15137, even + v[i2] * 6270];
    const [e0, e1] = [(v[at] + v[i4]) * 8192 + half, (v[at] - v[i4]) * 8192 + half];
    const odd = (v7 + v3 + v5 + v1) * 9633;
    const [z1, z2] = [(v7 + v1) * -7373, (v5 + v3) * -20995];
    const [z3, z4] = [odd - (v7 + v3) * 16069, odd - (v5 + v1) * 3196];
    const [o0, o1] = [v7 * 2446 + z1 + z3, v5 * 16819 + z2 + z4];
    const [o2, o3] = [v3 * 25172 + z2 + z3, v1 * 12299 + z1 + z4];
    v[at] = (e0 + e3 + o3) >> shift;
    v[i7] = (e0 + e3 - o3) >> shift;
    v[i1] = (e1 + e2 + o2) >> shift;
    v[i6] = (e1 + e2 - o2) >> shift;
    v[i2] = (e1 - e2 + o1) >> shift;
    v[i5] = (e1 - e2 - o1) >> shift;
    v[i3] = (e0 - e3 + o0) >> shift;
    v[i4] = (e0 - e3 - o0) >> shift;
  }

  // The tables of libjpeg for a quality of 50 and more.
  function steps(table, quality) {
    return table.map((step) => Math.min(255, Math.max(1, Math.floor((step * (200 - 2 * quality) + 50) / 100))));
  }

  // What is left of 8 × 8 values once they are rounded to the steps of the table.
  function keep(values, table) {
    for (let row = 0; row < 64; row += 8) {
      forward(values, row, 1, 11);
    }
    for (let column = 0; column < 8; column++) {
      forward(values, column, 8, 15);
    }
    for (let index = 0; index < 64; index++) {
      // The transform gives eight times the value.
      const count = Math.floor((Math.abs(values[index]) + 4 * table[index]) / (8 * table[index]));
      values[index] = Math.sign(values[index]) * count * table[index];
    }
    for (let column = 0; column < 8; column++) {
      backward(values, column, 8, 11);
    }
    for (let row = 0; row < 64; row += 8) {
      backward(values, row, 1, 18);
    }
    for (let index = 0; index < 64; index++) {
      values[index] = Math.min(127, Math.max(-128, values[index]));
    }
  }

  // Brightness, blueness and redness of a block, around 0; beyond the edge its last pixels go on.
  function read(image, left, top, [brights, blues, reds]) {
    for (let index = 0; index < 64; index++) {
      const x = Math.min(left + (index & 7), image.width - 1);
      const y = Math.min(top + (index >> 3), image.height - 1);
      const at = 3 * (y * image.width + x);
      const red = image.data[at];
      const green = image.data[at + 1];
      const blue = image.data[at + 2];
      brights[index] = ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16) - 128;
      blues[index] = (-11059 * red - 21709 * green + 32768 * blue + 32767) >> 16;
      reds[index] = (32768 * red - 27439 * green - 5329 * blue + 32767) >> 16;
    }
  }

  function write(image, left, top, [brights, blues, reds]) {
    for (let index = 0; index < 64; index++) {
      const x = left + (index & 7);
      const y = top + (index >> 3);
      if (x < image.width && y < image.height) {
        const at = 3 * (y * image.width + x);
        const bright = brights[index] + 128;
        image.data[at] = bright + ((91881 * reds[index] + 32768) >> 16);
        image.data[at + 1] = bright + ((-22554 * blues[index] - 46802 * reds[index] + 32768) >> 16);
        image.data[at + 2] = bright + ((116130 * blues[index] + 32768) >> 16);
      }
    }
  }

  // `image`: {width, height, data}, three bytes for a pixel.
  return function photo(image, quality) {
    const tables = [BRIGHTNESS, COLOUR, COLOUR].map((table) => steps(table, quality));
    const blocks = tables.map(() => new Int32Array(64));
    const kept = { ...image, data: new Uint8ClampedArray(image.data.length) };
    for (let top = 0; top < image.height; top += 8) {
      for (let left = 0; left < image.width; left += 8) {
        read(image, left, top, blocks);
        blocks.forEach((block, index) => keep(block, tables[index]));
        write(kept, left, top, blocks);
      }
    }
    return kept;
  };
})();
