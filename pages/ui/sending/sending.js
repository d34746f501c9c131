// Files sent to our own route as a tar, in pieces that are acknowledged one by one.

const TOGETHER = 4 // Pictures in hand at the same time: each is decoded whole.
const TRIES = 8
const ROUNDS = 5

// Of the module, which stays as long as the tab is open: an upload goes on while another page is looked at.
// By data.key: the key that Streamlit gives is another one each time the component is drawn anew.
const jobs = new Map()
// What numbers are written in: of the page, which every component is told.
let language = "en"

class Stopped extends Error {}
class Lost extends Error {}
class Refused extends Error {}
class OutOfStep extends Error {}

// Begins an upload, one at a time for each key; `work(job)` returns the names of the files that are missing.
// `place` is the component as it is drawn now: its root and data, and draw, finish and failed to be told by.
function beginJob(place, words, work) {
  const { key, target } = place.data
  if (jobs.has(key)) return
  // Where the pictures go is what was chosen as they were sent.
  const job = { ...place, words, target, done: 0, total: 0 }
  jobs.set(key, job)
  job.draw()
  work(job)
    .then((missing) => { job.sent = { id: job.id, missing, target } })
    .catch((error) => { job.last = error })
    .finally(() => endJob(key, job))
}

// The component is drawn anew, maybe at another place.
function rejoinJob(place) {
  language = place.data.language
  const job = jobs.get(place.data.key)
  if (!job) return
  Object.assign(job, place)
  if (job.sent || job.last) endJob(place.data.key, job)
}

// Told where somebody sees it: else it waits until the component is drawn again.
function endJob(key, job) {
  if (!job.root.isConnected) return
  jobs.delete(key)
  if (job.sent) job.finish(job.sent)
  job.draw()
  if (job.last) job.failed(job.last instanceof Stopped ? "" : job.last.message)
}

// The place of a job on the page, whenever it is drawn.
function showJob(key, at) {
  const job = jobs.get(key)
  at(".sending").hidden = !job
  at("button.stop").onclick = () => { const job = jobs.get(key); if (job) { job.stopped = true; job.goOn?.() } }
  at("button.again").onclick = () => jobs.get(key)?.goOn?.()
  if (!job) return
  const { sending } = job.data
  at("button.stop").textContent = sending.stop
  at("button.again").textContent = sending.again
  at("progress").setAttribute("aria-label", sending.so_far)
  at("progress").value = job.total ? job.done / job.total : 0
  at(".words").textContent = job.words
  at("button.again").hidden = !job.waiting
}

// `read(file)` gives the content of one as an ArrayBuffer, or null where it cannot be read.
async function sendTar(job, files, read) {
  const unread = new Set()
  let left = files
  for (let round = 0; ; round++) {
    const here = await begin(job)
    const names = new Set(here.names)
    left = files.filter(({ path }) => !names.has(path) && !unread.has(path))
    job.total = files.length
    job.done = files.length - left.length
    if (!left.length || round === ROUNDS) break
    try {
      await sendFiles(job, left, here.received, unread, read)
    } catch (error) {
      if (!(error instanceof OutOfStep)) throw error
    }
  }
  // What the server has told last is what counts.
  return [...unread, ...left.map(({ path }) => path).filter((path) => !unread.has(path))]
}

async function sendFiles(job, files, at, unread, read) {
  const pieces = { at, parts: [], size: 0 }
  const prepared = files.slice(0, TOGETHER).map(read)
  for (let n = 0; n < files.length; n++) {
    const content = await prepared[n]
    prepared[n] = null
    if (n + TOGETHER < files.length) prepared.push(read(files[n + TOGETHER]))
    if (content === null) unread.add(files[n].path)
    else add(pieces, entryOf(files[n].path, content))
    job.done++
    job.words = filled(job.data.sending.files, {
      done: count(job.done), total: count(job.total), megabytes: megabytes(pieces.at),
    })
    job.draw()
    if (job.stopped) throw new Stopped()
    while (pieces.size >= job.data.piece_bytes) await flush(job, pieces)
  }
  while (pieces.size) await flush(job, pieces)
}

function add(pieces, parts) {
  for (const part of parts) {
    pieces.parts.push(part)
    pieces.size += part.size ?? part.length
  }
}

async function flush(job, pieces) {
  const all = new Blob(pieces.parts)
  const piece = all.slice(0, job.data.piece_bytes)
  pieces.at = await put(job, pieces.at, piece)
  const rest = all.slice(piece.size)
  Object.assign(pieces, { parts: rest.size ? [rest] : [], size: rest.size })
}

// ---- To the server

async function begin(job) {
  return ask(job, "POST", "", JSON.stringify(job.order), "application/json")
}

async function put(job, offset, piece) {
  const { received } = await ask(job, "PUT", `?offset=${offset}`, piece, "application/octet-stream")
  // The server is asked what it has, and all goes on from there.
  if (received !== offset + piece.size) throw new OutOfStep()
  return received
}

async function ask(job, method, query, body, type) {
  for (let tries = 1; ; tries++) {
    if (job.stopped) throw new Stopped()
    let answer = null
    let told = {}
    try {
      answer = await fetch(`${job.data.url}${job.id}${query}`, {
        method, body, headers: { "Content-Type": type, "X-Thaw-Token": job.data.token, "X-Thaw-Language": job.data.language },
        signal: AbortSignal.timeout(60000),
      })
      told = await answer.json()
    } catch {
      answer = null
    }
    if (answer?.ok) return told
    // After the server was started anew this page gets another token by itself.
    const passing = answer === null || answer.status === 403 || answer.status >= 500
    if (!passing) {
      if (answer.status === 404) throw new OutOfStep()
      throw new Refused(told.message ?? job.data.sending.refused)
    }
    if (tries % TRIES === 0) await untilGoOn(job, told.message)
    else await new Promise((done) => setTimeout(done, Math.min(8000, 250 * 2 ** tries)))
  }
}

async function untilGoOn(job, message) {
  const words = job.words
  job.waiting = true
  job.words = `${message ?? job.data.sending.silent} ${job.data.sending.kept}`
  job.draw()
  await new Promise((done) => { job.goOn = done })
  Object.assign(job, { waiting: false, goOn: null, words })
  job.draw()
}

const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
// A sentence with what belongs in the places of its {fields}.
const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, field) => values[field])
const count = (number) => number.toLocaleString(language)
function megabytes(bytes) {
  const digits = bytes < 1e7 ? 1 : 0
  const style = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false }
  return (bytes / 1e6).toLocaleString(language, style)
}
