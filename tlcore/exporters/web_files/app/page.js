// What is seen: the camera with its bars, and the pictures that were dropped, pasted or chosen.
"use strict";

(() => {
  const MOST_BARS = 8;
  const RANKED = 5;
  const SHOWN_PX = 480;
  const { classes } = classifier.settings;
  const at = (id) => document.getElementById(id);
  let stream = null;
  let starting = false;
  let cameras = [];

  const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.001 ? 2 : 1)}%`;

  function element(name, className, text = "") {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function answerOf(found) {
    return found.unsure ? WORDS.unsure : found.labels.join(", ") || WORDS.none;
  }

  function bar(name, share, chosen) {
    const made = element("li", chosen ? "chosen" : "");
    made.append(element("bdi", "name", name), element("span", "share", percent(share)));
    const track = element("span", "track");
    track.setAttribute("aria-hidden", "true");
    track.append(element("span", "fill"));
    track.firstChild.style.width = `${100 * share}%`;
    made.append(track);
    return made;
  }

  // A few classes keep their places, of many the likeliest are shown.
  function bars({ probabilities, labels, unsure }, ranked) {
    let order = probabilities.map((_, index) => index);
    if (ranked || order.length > MOST_BARS) {
      order = order.sort((a, b) => probabilities[b] - probabilities[a]).slice(0, RANKED);
    }
    return order.map((one) => bar(classes[one], probabilities[one], !unsure && labels.includes(classes[one])));
  }

  function picture(image, says) {
    const canvas = element("canvas", "picture");
    const small = Math.min(1, SHOWN_PX / Math.max(image.width, image.height));
    const [width, height] = [image.width, image.height].map((one) => Math.max(1, Math.round(one * small)));
    const shown = resize(image, width, height);
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    const filled = context.createImageData(width, height);
    for (let from = 0, to = 0; from < shown.data.length; from += 3, to += 4) {
      filled.data.set([shown.data[from], shown.data[from + 1], shown.data[from + 2], 255], to);
    }
    context.putImageData(filled, 0, 0);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", says);
    return canvas;
  }

  async function judge(file) {
    const name = file.name || WORDS.pasted;
    const card = element("li", "card");
    try {
      const found = await classifier.classify(file);
      const list = element("ol", "bars");
      list.append(...bars(found, true));
      const told = element("div", "");
      told.append(element("p", "quiet name", name), element("p", "answer", answerOf(found)), list);
      card.append(picture(found.image, WORDS.picture(name, answerOf(found))), told);
    } catch (error) {
      console.warn(error);
      card.append(element("p", "quiet name", name), element("p", "problem", error.message));
    }
    at("found").append(card);
    at("clear").hidden = false;
  }

  let queue = Promise.resolve();

  function take(files) {
    for (const file of files) {
      // One after the other, with a moment between for the page to be drawn.
      queue = queue.then(() => judge(file)).then(() => new Promise((next) => setTimeout(next)));
    }
  }

  function show(found) {
    const answer = answerOf(found);
    // Told to a screen reader when it is another, not at every frame.
    if (at("live-answer").textContent !== answer) {
      at("live-answer").textContent = answer;
    }
    at("live-bars").replaceChildren(...bars(found, false));
    at("live-speed").textContent = WORDS.speed(found.milliseconds);
  }

  async function look(mine) {
    while (stream === mine) {
      const found = await classifier.classify(at("video"));
      if (stream === mine) {
        show(found);
      }
      await new Promise(requestAnimationFrame);
    }
  }

  function problem(text) {
    at("camera-problem").textContent = text;
    at("camera-problem").hidden = !text;
  }

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    at("video").srcObject = null;
    at("live").hidden = true;
    at("other").hidden = true;
    at("start").textContent = WORDS.start;
  }

  const REASONS = {
    NotAllowedError: WORDS.cameraDenied,
    NotFoundError: WORDS.cameraMissing,
    OverconstrainedError: WORDS.cameraMissing,
  };

  async function start(camera = { facingMode: "environment" }) {
    if (starting) {
      return;
    }
    problem("");
    if (!navigator.mediaDevices) {
      problem(WORDS.cameraInsecure);
      return;
    }
    starting = true;
    try {
      const wanted = { ...camera, width: { ideal: 640 }, height: { ideal: 480 } };
      const mine = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      starting = false;
      stream = mine;
      mine.getVideoTracks()[0].addEventListener("ended", stop);
      at("video").srcObject = mine;
      at("live").hidden = false;
      at("start").textContent = WORDS.stop;
      await at("video").play();
      const devices = await navigator.mediaDevices.enumerateDevices();
      cameras = devices.filter((device) => device.kind === "videoinput").map((device) => device.deviceId);
      at("other").hidden = cameras.length < 2;
      await look(mine);
    } catch (error) {
      console.error(error);
      starting = false;
      stop();
      problem(REASONS[error.name] ?? WORDS.cameraBusy);
    }
  }

  function other() {
    const now = cameras.indexOf(stream.getVideoTracks()[0].getSettings().deviceId);
    const next = cameras[(now + 1) % cameras.length];
    stop();
    start({ deviceId: { exact: next } });
  }

  function listen() {
    at("start").addEventListener("click", () => (stream ? stop() : start()));
    at("other").addEventListener("click", other);
    at("files").addEventListener("change", () => {
      take(at("files").files);
      at("files").value = "";
    });
    at("clear").addEventListener("click", () => {
      at("found").replaceChildren();
      at("clear").hidden = true;
      at("files").focus();
    });
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      take(event.dataTransfer.files);
    });
    document.addEventListener("paste", (event) => take(event.clipboardData.files));
  }

  function write() {
    document.title = WORDS.title;
    for (const one of document.querySelectorAll("[data-word]")) {
      one.textContent = WORDS[one.dataset.word];
    }
    for (const one of document.querySelectorAll("[data-label]")) {
      one.setAttribute("aria-label", WORDS[one.dataset.label]);
    }
    at("classes").textContent = WORDS.classes(classes);
    at("start").textContent = WORDS.start;
    at("status").textContent = WORDS.loading;
  }

  // A page of the disk cannot be put on a phone's home screen, and may not read the file that says how.
  function installable() {
    if (location.protocol.startsWith("http")) {
      const link = element("link", "");
      link.rel = "manifest";
      link.href = "app/manifest.webmanifest";
      document.head.append(link);
    }
  }

  async function begin() {
    write();
    installable();
    // Drawn first: opening the model takes a second or two.
    await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
    try {
      await classifier.open();
    } catch (error) {
      console.error(error);
      at("status").textContent = WORDS.notOpened;
      at("status").className = "problem";
      return;
    }
    listen();
    at("status").textContent = "";
    at("start").disabled = false;
    at("files").disabled = false;
  }

  begin();
})();
