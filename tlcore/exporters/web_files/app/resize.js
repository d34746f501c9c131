// Bilinear with antialiasing, to the last bit as Pillow does it (src/libImaging/Resample.c): a triangle as wide
// as what one new pixel covers, in whole numbers of 22 bits. A canvas does otherwise. First across and then down;
// from Pillow 13 on the other way round where the height shrinks by far more. With an older one some differ by 1.
"use strict";

const resize = (() => {
  const ONE = 2 ** 22;

  // For each of `count` new pixels: the first old one it is made of, how many, and their weights.
  function weights(size, from, to, count) {
    const scale = (to - from) / count;
    const support = Math.max(scale, 1);
    return Array.from({ length: count }, (_, index) => {
      const center = from + (index + 0.5) * scale;
      const first = Math.max(0, Math.trunc(center - support + 0.5));
      const last = Math.min(size, Math.trunc(center + support + 0.5));
      const raw = [];
      for (let old = first; old < last; old++) {
        raw.push(Math.max(0, 1 - Math.abs((old - center + 0.5) * (1 / support))));
      }
      const sum = raw.reduce((a, b) => a + b, 0);
      return { first, parts: raw.map((one) => Math.trunc(0.5 + (one / sum) * ONE)) };
    });
  }

  // One line of pixels after the other; `step` and `across` say how far apart pixels and lines lie.
  function pass(source, target, rows, lines, [step, across], [newStep, newAcross]) {
    for (let index = 0; index < rows.length; index++) {
      const { first, parts } = rows[index];
      for (let line = 0; line < lines; line++) {
        let from = first * step + line * across;
        let red = ONE / 2;
        let green = red;
        let blue = red;
        for (let part = 0; part < parts.length; part++, from += step) {
          red += source[from] * parts[part];
          green += source[from + 1] * parts[part];
          blue += source[from + 2] * parts[part];
        }
        const to = index * newStep + line * newAcross;
        // The array holds 0 to 255 and takes what is beyond to its ends.
        target[to] = Math.floor(red / ONE);
        target[to + 1] = Math.floor(green / ONE);
        target[to + 2] = Math.floor(blue / ONE);
      }
    }
  }

  // `image`: {width, height, data}, three bytes for a pixel. `box`: left, top, right and bottom, fractions too.
  return function resize(image, width, height, box = [0, 0, image.width, image.height]) {
    const [left, top, right, bottom] = box;
    const whole = left === 0 && top === 0 && right === image.width && bottom === image.height;
    if (whole && width === image.width && height === image.height) {
      return image;
    }
    const across = weights(image.width, left, right, width);
    const down = weights(image.height, top, bottom, height);
    const data = new Uint8ClampedArray(width * height * 3);
    const [line, newLine] = [image.width * 3, width * 3];
    const shrinks = image.height - height;
    if (shrinks > 0 && shrinks > 2 * (image.width - width)) {
      const between = new Uint8ClampedArray(image.width * height * 3);
      pass(image.data, between, down, image.width, [line, 3], [line, 3]);
      pass(between, data, across, height, [3, line], [3, newLine]);
    } else {
      const between = new Uint8ClampedArray(width * image.height * 3);
      pass(image.data, between, across, image.height, [3, line], [3, newLine]);
      pass(between, data, down, width, [newLine, 3], [newLine, 3]);
    }
    return { width, height, data };
  };
})();
