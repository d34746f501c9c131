// A picture as Thaw sees it: upright, on white where it is transparent, not too large, a photo as the JPEG that is
// kept of it, and then the square that the model takes. The browser decodes it, turns it upright and converts its
// colours to sRGB.
"use strict";

const pixels = (() => {
  const STRIP = 256;

  // As Python rounds: half to even.
  function rounded(value) {
    const low = Math.floor(value);
    return value - low === 0.5 ? low + (low % 2) : Math.round(value);
  }

  // Strip by strip, since phones have no room for a canvas of a whole large photo.
  function* strips(source, width, height) {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    for (let top = 0; top < height; top += STRIP) {
      canvas.height = Math.min(STRIP, height - top);
      const context = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
      context.fillStyle = "white";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(source, 0, -top, width, height);
      yield context.getImageData(0, 0, canvas.width, canvas.height);
    }
  }

  // Of a block that begins at x and y, and may reach beyond the edge: the mean of each colour.
  function mean(strip, x, y, factor, target, to) {
    const [right, bottom] = [Math.min(x + factor, strip.width), Math.min(y + factor, strip.height)];
    const count = (right - x) * (bottom - y);
    for (let colour = 0; colour < 3; colour++) {
      let sum = 0;
      for (let row = y; row < bottom; row++) {
        for (let column = x; column < right; column++) {
          sum += strip.data[4 * (row * strip.width + column) + colour];
        }
      }
      target[to + colour] = sum / count;
    }
  }

  // Smaller by `factor`, which divides the height of a strip: about what a JPEG decoder gives that is asked for less.
  function read(source, width, height, factor) {
    const image = { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
    image.data = new Uint8ClampedArray(image.width * image.height * 3);
    let to = 0;
    for (const strip of strips(source, width, height)) {
      for (let y = 0; y < strip.height; y += factor) {
        for (let x = 0; x < width; x += factor, to += 3) {
          mean(strip, x, y, factor, image.data, to);
        }
      }
    }
    return image;
  }

  // By how much a decoder may make a photo smaller that is still as large as what is kept.
  function draft(width, height, side) {
    const most = Math.min(Math.floor(width / side), Math.floor(height / side));
    return [8, 4, 2].find((factor) => factor <= most) ?? 1;
  }

  // `source`: what a canvas can draw. What comes back is {width, height, data}, three bytes for a pixel.
  function kept(source, width, height, isPhoto, settings) {
    const side = settings.max_side_px;
    let image = read(source, width, height, isPhoto ? draft(width, height, side) : 1);
    const longer = Math.max(image.width, image.height);
    if (longer > side) {
      const [newWidth, newHeight] = [image.width, image.height].map((one) =>
        Math.max(1, rounded((one * side) / longer)),
      );
      image = resize(image, newWidth, newHeight);
    }
    const isLarge = image.width * image.height > settings.max_lossless_pixels;
    return isPhoto || isLarge ? photo(image, settings.jpeg_quality) : image;
  }

  function padded(image) {
    const side = Math.max(image.width, image.height);
    const left = rounded((side - image.width) / 2);
    const top = rounded((side - image.height) / 2);
    const data = new Uint8ClampedArray(side * side * 3).fill(255);
    for (let y = 0; y < image.height; y++) {
      const row = image.data.subarray(3 * y * image.width, 3 * (y + 1) * image.width);
      data.set(row, 3 * ((top + y) * side + left));
    }
    return { width: side, height: side, data };
  }

  // A square of `size` × `size`: "stretch", "crop" to the centre, or "pad" with white.
  function fitted(image, size, fit) {
    if (fit === "crop") {
      const side = Math.min(image.width, image.height);
      const left = (image.width - side) * 0.5;
      const top = (image.height - side) * 0.5;
      return resize(image, size, size, [left, top, left + side, top + side]);
    }
    return resize(fit === "pad" ? padded(image) : image, size, size);
  }

  return { kept, fitted };
})();
