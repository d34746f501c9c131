// The camera, and what a run says of what it sees: the next picture is sent when the answer to the last is here.

// Of the module: Streamlit calls the function below at each change of the page, also to another run.
const live = { sentence: "" }

export default function ({ data, parentElement, setTriggerValue }) {
  const at = (query) => parentElement.querySelector(query)
  if (live.data?.ask !== data.ask) Object.assign(live, { found: null, times: [], sentence: "" })
  Object.assign(live, { data, at, root: parentElement, kept: (id) => setTriggerValue("kept", id) })
  for (const kind of ["on", "other", "end", "keep"]) at(`button.${kind}`).textContent = data.words[kind]
  at("video").setAttribute("aria-label", data.words.video)
  at(".ranked").setAttribute("aria-label", data.words.ranked)
  at("button.on").onclick = () => turnOn(live)
  at("button.other").onclick = () => turnOn(live, true)
  at("button.end").onclick = () => { turnOff(live); at("button.on").focus() }
  at("button.keep").onclick = () => keep(live)
  drawAll(live)
  return () => {
    // Streamlit may have drawn another in its place already.
    if (live.root === parentElement) turnOff(live)
  }
}

// ---- The camera

const turnOn = (live, other = false) =>
  beginCamera(live, other, {
    say: (sentence) => say(live, sentence),
    off: () => turnOff(live),
    begun: (stream) => {
      live.at("button.keep").focus()
      watch(live, stream)
    },
    lost: live.data.words.lost,
  })

function turnOff(live) {
  endCamera(live)
  live.found = null
  live.times = []
  drawAll(live)
}

async function shot(live, longest, quality) {
  const canvas = frameOf(live.at("video"), longest)
  return canvas && jpegOf(canvas, quality)
}

// ---- What is said of it

async function watch(live, stream) {
  live.times = []
  while (live.stream === stream) {
    const begun = performance.now()
    // Nobody sees it, where the tab is behind another one, or the page is folded up.
    const { ask } = live.data
    const seen = live.data.live && !document.hidden && live.at("video").checkVisibility()
    const blob = seen ? await shot(live, live.data.sent_px, 0.8) : null
    if (blob) {
      const { found, message } = await judge(live, blob, "")
      if (live.stream !== stream) return
      // Another run was chosen meanwhile.
      if (live.data.ask !== ask) continue
      live.found = found ?? live.found
      if (found) live.times = [...live.times, performance.now()].slice(-20)
      live.sentence = message
      drawFound(live)
    }
    const rest = live.sentence || !blob ? 500 : 1000 / live.data.a_second - (performance.now() - begun)
    await new Promise((done) => setTimeout(done, Math.max(0, rest)))
  }
}

async function keep(live) {
  const blob = await shot(live, live.data.kept_px, 0.92)
  if (!blob) return
  const { found, message } = await judge(live, blob, "?keep=1")
  if (found) live.kept(found.picture)
  say(live, message)
}

async function judge(live, blob, query) {
  try {
    const answer = await fetch(live.data.ask + query, {
      method: "POST", body: blob,
      headers: { "Content-Type": "image/jpeg", "X-Thaw-Token": live.data.token, "X-Thaw-Language": live.data.language },
      signal: AbortSignal.timeout(20000),
    })
    const told = await answer.json()
    return answer.ok ? { found: told, message: "" } : { found: null, message: told.message }
  } catch {
    return { found: null, message: live.data.words.silent }
  }
}

// ---- What is seen

const rounded = (value, digits, language, style = "decimal") =>
  value.toLocaleString(language, { style, minimumFractionDigits: digits, maximumFractionDigits: digits })

function say(live, sentence) {
  live.sentence = sentence
  drawAll(live)
}

function drawAll(live) {
  const { at } = live
  at(".off").hidden = Boolean(live.stream)
  at(".live").hidden = !live.stream
  at("button.other").hidden = (live.devices?.length ?? 0) < 2
  const video = at("video")
  if (video.srcObject !== (live.stream ?? null)) video.srcObject = live.stream ?? null
  drawFound(live)
}

function drawFound(live) {
  const { at, found, sentence } = live
  const { language, words } = live.data
  // Only what has changed: a screen reader reads it out.
  const write = (place, text) => { if (place.textContent !== text) place.textContent = text }
  write(at(".said"), sentence ?? "")
  at(".said").hidden = !sentence
  at(".ranked").hidden = !live.data.live
  if (!live.data.live) {
    write(at(".class"), "")
    return write(at(".pace"), words.one_at_a_time)
  }
  write(at(".class"), found ? (found.unsure ? words.unsure : found.labels.join(", ") || words.none) : "")
  at(".ranked").replaceChildren(...(found?.ranked ?? []).map((line) => drawLine(line, language)))
  const [first, last] = [live.times?.[0], live.times?.at(-1)]
  const pace = live.times?.length > 2 ? (1000 * (live.times.length - 1)) / (last - first) : 0
  write(at(".pace"), pace ? filled(words.pace, { pictures: rounded(pace, pace < 9.95 ? 1 : 0, language) }) : "")
}

function drawLine([name, share], language) {
  const line = document.createElement("li")
  const part = (kind, className, text = "") => Object.assign(document.createElement(kind), { className, textContent: text })
  const bar = part("span", "bar")
  const inner = document.createElement("i")
  inner.style.width = `${100 * share}%`
  bar.append(inner)
  line.append(part("span", "name", name), part("span", "share", rounded(share, 1, language, "percent")), bar)
  return line
}
