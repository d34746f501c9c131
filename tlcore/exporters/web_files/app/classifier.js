// The model: `await classifier.open()` once, then `await classifier.classify(file)` as often as you like.
"use strict";

const classifier = (() => {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  let session = null;

  function bytes(base64) {
    if (Uint8Array.fromBase64) {
      return Uint8Array.fromBase64(base64);
    }
    const text = atob(base64);
    const found = new Uint8Array(text.length);
    for (let index = 0; index < text.length; index++) {
      found[index] = text.charCodeAt(index);
    }
    return found;
  }

  function unzipped(packed) {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  }

  // A page of the disk may read no other file, so the runtime and the model lie in scripts.
  async function open() {
    ort.env.wasm.numThreads = 1;
    const glue = URL.createObjectURL(new Blob([ORT_GLUE], { type: "text/javascript" }));
    ort.env.wasm.wasmPaths = { mjs: glue };
    ort.env.wasm.wasmBinary = await unzipped(bytes(ORT_WASM));
    session = await ort.InferenceSession.create(bytes(MODEL), { executionProviders: ["wasm"] });
    URL.revokeObjectURL(glue);
  }

  // At the temperature that was chosen: of one question to each class, or of one among all.
  function calibrated(probabilities) {
    const { temperature, smallest, independent } = settings;
    if (independent) {
      return probabilities.map((one) => {
        const odds = 1 / Math.min(1 - smallest, Math.max(smallest, one)) - 1;
        return 1 / (1 + odds ** (1 / temperature));
      });
    }
    const powers = probabilities.map((one) => Math.min(1, Math.max(smallest, one)) ** (1 / temperature));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  }

  async function scores(image) {
    const { image_size_px: size, classes, temperature } = settings;
    const input = new ort.Tensor("float32", Float32Array.from(image.data), [1, size, size, 3]);
    const output = await session.run({ pixels: input });
    let found = Array.from(output.probabilities.data);
    if (found.length === 1 && classes.length === 2) {
      // A single unit says how likely the second of two classes is.
      found = [1 - found[0], found[0]];
    }
    return temperature === 1 ? found : calibrated(found);
  }

  // What is said of probabilities: the labels, and whether it is less sure than the threshold.
  function judged(probabilities) {
    const { classes, several_labels: several, threshold } = settings;
    const best = probabilities.indexOf(Math.max(...probabilities));
    const labels = several ? classes.filter((_, index) => probabilities[index] >= 0.5) : [classes[best]];
    const sure = several
      ? Math.min(...probabilities.map((one) => Math.max(one, 1 - one)))
      : probabilities[best];
    return { probabilities, labels, unsure: sure < threshold };
  }

  async function isJpeg(file) {
    const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
    return first === 0xff && second === 0xd8;
  }

  async function opened(file) {
    const photo = await isJpeg(file);
    try {
      const bitmap = await createImageBitmap(file);
      return { drawn: bitmap, width: bitmap.width, height: bitmap.height, photo };
    } catch (error) {
      throw new Error(WORDS.unreadable, { cause: error });
    }
  }

  // `source`: a file with a picture, or a video that plays, of which a frame counts as a photo.
  async function classify(source) {
    const started = performance.now();
    const { drawn, width, height, photo } =
      source instanceof HTMLVideoElement
        ? { drawn: source, width: source.videoWidth, height: source.videoHeight, photo: true }
        : await opened(source);
    const megapixels = Math.round((width * height) / 1e6);
    if (width * height > settings.max_megapixels * 1e6) {
      throw new Error(WORDS.tooLarge(megapixels, settings.max_megapixels));
    }
    const image = pixels.kept(drawn, width, height, photo, settings);
    drawn.close?.();
    const square = pixels.fitted(image, settings.image_size_px, settings.fit);
    const found = judged(await scores(square));
    return { ...found, image, milliseconds: performance.now() - started };
  }

  return { settings, open, classify };
})();
