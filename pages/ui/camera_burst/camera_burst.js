// Pictures of the camera into classes: several a second as long as a button is held, looked through before
// they are sent. What is taken stays in the browser until then.

const MOST = 3000 // About 150 MB of pictures in the memory of the browser.
const THUMB = [128, 96]

// By data.key, of the module: what was taken is there when the page is drawn anew, or another one was looked at.
const cameras = new Map()

export default function ({ data, parentElement, setTriggerValue }) {
  const { key } = data
  const camera = cameras.get(key) ?? { classes: [], before: [], name: "", called: "", holds: 0, sentence: "" }
  cameras.set(key, camera)
  const at = (query) => parentElement.querySelector(query)
  Object.assign(camera, { data, at, root: parentElement, key })
  const draw = () => drawAll(camera)
  const finish = (sent) => {
    // To be had back if the server finds fault with them.
    Object.assign(camera, { before: camera.classes, classes: [] })
    setTriggerValue("sent", sent)
  }
  const failed = (sentence) => { camera.sentence = sentence; draw() }
  const place = { root: parentElement, data, draw, finish, failed }
  rejoinJob(place)

  at("input.name").value = camera.name
  at("input.name").oninput = ({ target }) => { camera.name = target.value }
  at("input.name").onkeydown = (event) => {
    if (event.key === "Enter") at("button.hold").focus()
  }
  at("input.called").value = camera.called || data.words.dataset
  at("input.called").oninput = ({ target }) => { camera.called = target.value }
  at("button.on").onclick = () => turnOn(camera)
  at("button.other").onclick = () => turnOn(camera, true)
  at("button.end").onclick = () => { turnOff(camera); at("button.on").focus() }
  at("button.back").onclick = () => {
    Object.assign(camera, { classes: camera.before, before: [] })
    drawAll(camera)
  }
  at("button.take").onclick = () => {
    // Its picture is out of sight while they are sent.
    turnOff(camera)
    beginJob(place, data.words.sending, (job) => sendShots(job, camera))
  }
  holdable(camera, at("button.hold"))
  writeWords(at, data.words)
  // An expander that is closed takes the camera out of sight: nobody should be filmed unaware.
  camera.listening?.abort()
  camera.listening = new AbortController()
  const hidden = () => { if (camera.stream && !at("video").checkVisibility()) turnOff(camera) }
  // Such an event does not rise to the page, but can be caught on its way down.
  document.addEventListener("toggle", hidden, { capture: true, signal: camera.listening.signal })
  drawAll(camera)
  return () => {
    // Streamlit may have drawn another in its place already.
    if (camera.root !== parentElement) return
    camera.listening.abort()
    turnOff(camera)
  }
}

function writeWords(at, words) {
  at("button.on").textContent = words.on
  at("video").setAttribute("aria-label", words.video)
  at(".controls label .title").textContent = words.name
  at("input.name").placeholder = words.choose
  at("button.hold .title").textContent = words.hold
  at(".hint").textContent = words.hint
  at("button.other").textContent = words.other
  at("button.end").textContent = words.end
  at("label.called .title").textContent = words.called
}

// ---- The camera

const turnOn = (camera, other = false) =>
  beginCamera(camera, other, {
    say: (sentence) => say(camera, sentence),
    off: () => turnOff(camera),
    begun: () => camera.at(camera.name ? "button.hold" : "input.name").focus(),
    lost: camera.data.words.lost,
  })

function turnOff(camera) {
  camera.holding = null
  endCamera(camera)
  drawAll(camera)
}

// ---- Holding the button

function holdable(camera, button) {
  const begin = () => { if (!camera.holding) hold(camera, button) }
  const end = () => { camera.holding = null; button.classList.remove("holding") }
  const isKey = ({ key }) => key === " " || key === "Enter"
  button.onpointerdown = (event) => {
    if (event.button !== 0) return
    button.setPointerCapture(event.pointerId)
    begin()
  }
  button.onpointerup = button.onpointercancel = button.onlostpointercapture = button.onblur = end
  button.onkeydown = (event) => {
    if (!isKey(event)) return
    // Else the page scrolls, and a click comes at the end.
    event.preventDefault()
    if (!event.repeat) begin()
  }
  button.onkeyup = (event) => { if (isKey(event)) { event.preventDefault(); end() } }
  // A screen reader clicks without pressing anything.
  button.onclick = ({ detail }) => { if (detail === 0) { begin(); end() } }
  // A long touch.
  button.oncontextmenu = (event) => event.preventDefault()
}

async function hold(camera, button) {
  const { words, a_second } = camera.data
  // What separates labels in labels.csv is no part of a name.
  const name = camera.name.replace(/[;|]/g, ",").normalize().trim().replace(/\s+/g, " ")
  if (!name) {
    say(camera, words.nameless)
    return camera.at("input.name").focus()
  }
  const mine = (camera.holding = {})
  button.classList.add("holding")
  let group = camera.classes.find((one) => alike(one.name) === alike(name))
  if (!group) camera.classes.push((group = { name, shots: [] }))
  camera.before = []
  // Which hold it was says what belongs together; the name is short enough to be read in the gallery.
  const now = new Date().toISOString()
  const place = `${now.slice(0, 19)} ${++camera.holds}`
  const stem = `${now.slice(11, 19).replaceAll(":", "")}-${camera.holds}`
  let failed = ""
  let taken = 0
  do {
    const begun = performance.now()
    if (total(camera) >= MOST) {
      failed = filled(words.full, { n: count(MOST) })
      break
    }
    const shot = await shoot(camera, `${stem}-${String(++taken).padStart(3, "0")}.jpg`, place)
    if (!shot) break
    group.shots.push(shot)
    camera.at(".number").textContent = ` · ${group.shots.length}`
    drawShot(camera, group, shot)
    await new Promise((done) => setTimeout(done, Math.max(0, 1000 / a_second - (performance.now() - begun))))
  } while (camera.holding === mine)
  camera.at(".number").textContent = ""
  // Told once at the end: no screen reader can read eight lines a second.
  say(camera, failed || filled(words.taken, { n: group.shots.length, class_name: group.name }))
}

// A frame of the camera, as large as training needs; the promise of its file is kept.
async function shoot(camera, file, hold) {
  const video = camera.at("video")
  for (let tries = 0; camera.stream && !video.videoWidth && tries < 50; tries++) {
    await new Promise((done) => setTimeout(done, 100))
  }
  const canvas = camera.stream ? frameOf(video, camera.data.longest_px) : null
  if (!canvas) return null
  const thumb = document.createElement("canvas")
  ;[thumb.width, thumb.height] = THUMB
  const cut = Math.min(canvas.width / THUMB[0], canvas.height / THUMB[1])
  const [width, height] = THUMB.map((side) => side * cut)
  const corner = [(canvas.width - width) / 2, (canvas.height - height) / 2]
  thumb.getContext("2d").drawImage(canvas, ...corner, width, height, 0, 0, ...THUMB)
  return { file, blob: await jpegOf(canvas, 0.92), thumb, hold }
}

// ---- Sending

// labels.csv says the classes: a folder could not have any name, and no one would know what hold it was.
async function sendShots(job, camera) {
  const rows = camera.classes.flatMap(({ name, shots }) => shots.map(({ file, hold }) => [file, name, hold]))
  const table = [["file", "labels", "group"], ...rows].map((row) => row.map(quotedCell).join(",")).join("\n")
  job.id = newId()
  job.order = { name: camera.called.trim() || camera.data.words.dataset, kind: "folder" }
  const files = [
    { path: "camera/labels.csv", blob: new Blob([table]) },
    ...camera.classes.flatMap(({ shots }) => shots.map(({ file, blob }) => ({ path: `camera/${file}`, blob }))),
  ]
  return sendTar(job, files, ({ blob }) => blob.arrayBuffer())
}

const quotedCell = (text) => `"${text.replaceAll('"', '""')}"`

// ---- What is seen

const total = (camera) => camera.classes.reduce((sum, { shots }) => sum + shots.length, 0)
// Names that differ only in case are one class for the server too.
const alike = (name) => name.toLowerCase()
const counted = ({ data }, sentence, number, values = {}) =>
  filled(data[number === 1 ? "one" : "many"][sentence], { n: count(number), ...values })

function say(camera, sentence) {
  camera.sentence = sentence
  drawAll(camera)
}

function drawAll(camera) {
  const { at, data, key } = camera
  camera.classes = camera.classes.filter(({ shots }) => shots.length || camera.holding)
  const sending = jobs.has(key)
  at(".said").textContent = camera.sentence
  at(".said").hidden = !camera.sentence
  at(".off").hidden = Boolean(camera.stream) || sending
  at(".live").hidden = !camera.stream || sending
  at("button.other").hidden = (camera.devices?.length ?? 0) < 2
  const video = at("video")
  if (video.srcObject !== (camera.stream ?? null)) video.srcObject = camera.stream ?? null
  const names = new Set([...data.classes, ...camera.classes.map(({ name }) => name)])
  at("#names").replaceChildren(...[...names].map((name) => Object.assign(document.createElement("option"), { value: name })))
  at(".taken").hidden = sending
  at(".taken").replaceChildren(...camera.classes.map((group) => drawClass(camera, group)))
  at("label.called").hidden = Boolean(data.target.into)
  at(".before").hidden = sending || !camera.before.length
  const before = camera.before.reduce((sum, { shots }) => sum + shots.length, 0)
  at("button.back").textContent = counted(camera, "back", before)
  drawFinish(camera)
  showJob(key, at)
}

function drawClass(camera, group) {
  const section = element("section")
  const header = element("header")
  group.title = element("strong")
  const clear = element("button", { type: "button", textContent: camera.data.words.clear })
  clear.setAttribute("aria-label", filled(camera.data.words.clear_class, { class_name: group.name }))
  clear.onclick = () => { group.shots = []; drawAll(camera) }
  header.append(group.title, clear)
  group.list = element("ul")
  section.append(header, group.list)
  group.shots.forEach((shot) => group.list.append(drawThumb(camera, group, shot)))
  tell(camera, group)
  return section
}

function drawShot(camera, group, shot) {
  if (!group.list?.isConnected) return drawAll(camera)
  group.list.append(drawThumb(camera, group, shot))
  group.list.scrollTop = group.list.scrollHeight
  tell(camera, group)
  drawFinish(camera)
}

function drawThumb(camera, group, shot) {
  const button = element("button", { type: "button" })
  const values = { file: shot.file, class_name: group.name }
  button.setAttribute("aria-label", filled(camera.data.words.delete, values))
  button.append(shot.thumb)
  const line = element("li")
  line.append(button)
  button.onclick = () => {
    const next = line.nextSibling ?? line.previousSibling
    group.shots.splice(group.shots.indexOf(shot), 1)
    line.remove()
    if (!group.shots.length) drawAll(camera)
    else tell(camera, group)
    drawFinish(camera)
    ;(next?.firstChild ?? camera.at(camera.stream ? "button.hold" : "button.on")).focus()
  }
  return line
}

function tell(camera, group) {
  group.title.textContent = counted(camera, "class", group.shots.length, { class_name: group.name })
}

function drawFinish(camera) {
  const { at, data } = camera
  const number = total(camera)
  at(".finish").hidden = !number || jobs.has(camera.key)
  at("button.take").textContent = counted(camera, data.target.into ? "add" : "make", number)
  const lacks = whatLacks(camera)
  at(".lacks").textContent = lacks
  at("button.take").disabled = Boolean(lacks)
}

function whatLacks({ classes, data }) {
  const known = new Set(data.classes.map(alike))
  if (!data.target.into && classes.length < 2) return data.words.one_class
  const few = classes.find(({ name, shots }) => !known.has(alike(name)) && shots.length < data.least)
  if (!few) return ""
  const values = { class_name: few.name, least: data.least, more: data.least - few.shots.length }
  return filled(data.words.few, values)
}

const element = (kind, values = {}) => Object.assign(document.createElement(kind), values)
