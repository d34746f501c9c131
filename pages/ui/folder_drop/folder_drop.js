// A dropped or chosen folder, or an archive, sent to our own route in pieces that are acknowledged one by one.
// The files of a folder go as a tar: its headers are written here, its content is read as it is needed.

const TOGETHER = 4 // Pictures in hand at the same time: each is decoded whole.
const TRIES = 8
const ROUNDS = 5
const SMALL_BYTES = 60000 // Not worth being made smaller.
const PICTURE = /\.(jpe?g|png|webp|bmp|avif|heic|heif|tiff?)$/i
const ARCHIVE = /\.(zip|tar|tgz|tar\.gz)$/i

// Of the module: an upload goes on while the page is drawn anew, or another one is looked at.
const jobs = new Map()

class Stopped extends Error {}
class Lost extends Error {}
class Refused extends Error {}
class OutOfStep extends Error {}

export default function ({ data, key, parentElement, setTriggerValue }) {
  const at = (query) => parentElement.querySelector(query)
  const drop = at(".drop")
  const job = jobs.get(key)
  if (job) Object.assign(job, { data })

  const draw = () => {
    const job = jobs.get(key)
    drop.hidden = Boolean(job)
    at(".sending").hidden = !job
    if (!job) return
    at("progress").value = job.total ? job.done / job.total : 0
    at(".words").textContent = job.words
    at("button.again").hidden = !job.waiting
  }
  const finish = (sent) => setTriggerValue("sent", sent)
  if (job) Object.assign(job, { draw, finish })

  const begin = (source) => {
    if (jobs.has(key)) return
    const job = { data, draw, finish, source, done: 0, total: 0, words: "Looking through the files …" }
    jobs.set(key, job)
    job.draw()
    send(job)
      .then((sent) => sent && job.finish(sent))
      .catch((error) => { job.last = error })
      .finally(() => { jobs.delete(key); job.draw(); if (job.last) said(job) })
  }
  const said = (job) => {
    at(".what").textContent = job.last instanceof Stopped ? at(".what").textContent : job.last.message
  }

  at("button.folder").onclick = () => at("input.folder").click()
  at("button.archive").onclick = () => at("input.archive").click()
  for (const input of parentElement.querySelectorAll("input")) {
    input.onchange = () => {
      const files = [...input.files]
      input.value = ""
      if (files.length) begin(async () => files.map((file) => ({ path: file.webkitRelativePath || file.name, file })))
    }
  }
  drop.ondragover = (event) => { event.preventDefault(); drop.classList.add("over") }
  drop.ondragleave = () => drop.classList.remove("over")
  drop.ondrop = (event) => {
    event.preventDefault()
    drop.classList.remove("over")
    // Now: the list is empty as soon as this function has ended.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean)
    if (entries.length) begin(() => filesOf(entries))
  }
  at("button.stop").onclick = () => { const job = jobs.get(key); if (job) { job.stopped = true; job.goOn?.() } }
  at("button.again").onclick = () => jobs.get(key)?.goOn?.()
  draw()
}

// ---- What is sent

async function filesOf(entries) {
  const found = []
  const waiting = [...entries]
  while (waiting.length) {
    const entry = waiting.pop()
    const path = entry.fullPath.replace(/^\//, "")
    if (entry.isFile) {
      found.push({ path, file: await new Promise((done) => entry.file(done, () => done(null))) })
    } else {
      const reader = entry.createReader()
      // A browser tells a hundred at a time.
      for (;;) {
        const some = await new Promise((done) => reader.readEntries(done, () => done([])))
        if (!some.length) break
        waiting.push(...some)
      }
    }
  }
  return found
}

async function send(job) {
  const files = await job.source()
  if (!files.length) throw new Refused("There is no file in it.")
  if (files.length > job.data.most_files) {
    throw new Refused(`There are ${count(files.length)} files; ${count(job.data.most_files)} is the limit. Use fewer pictures.`)
  }
  const isArchive = files.length === 1 && files[0].file && ARCHIVE.test(files[0].path)
  const name = isArchive ? files[0].file.name : files[0].path.split("/")[0]
  const bytes = files.reduce((sum, { file }) => sum + (file?.size ?? 0), 0)
  job.order = { name, kind: isArchive ? "archive" : "folder" }
  job.memory = `thaw-upload ${job.order.kind} ${name} ${files.length} ${bytes}`
  job.id = remembered(job.memory)
  const missing = isArchive ? await sendArchive(job, files[0].file) : await sendFolder(job, files)
  forget(job.memory)
  return { id: job.id, missing }
}

async function sendArchive(job, file) {
  for (let round = 0; round < ROUNDS; round++) {
    let at = (await begin(job)).received
    if (at > file.size) at = await beginAnew(job)
    try {
      while (at < file.size) {
        job.done = at
        job.total = file.size
        job.words = `${megabytes(at)} of ${megabytes(file.size)} MB sent`
        job.draw()
        at = await put(job, at, file.slice(at, at + job.data.piece_bytes))
      }
      return []
    } catch (error) {
      if (!(error instanceof OutOfStep)) throw error
    }
  }
  throw new Lost("The archive did not arrive whole. Send it again.")
}

async function sendFolder(job, files) {
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
      await sendFiles(job, left, here.received, unread)
    } catch (error) {
      if (!(error instanceof OutOfStep)) throw error
    }
  }
  // What the server has told last is what counts.
  return [...unread, ...left.map(({ path }) => path).filter((path) => !unread.has(path))]
}

async function sendFiles(job, files, at, unread) {
  const pieces = { at, parts: [], size: 0 }
  const prepared = files.slice(0, TOGETHER).map((one) => prepare(job, one))
  for (let n = 0; n < files.length; n++) {
    const content = await prepared[n]
    prepared[n] = null
    if (n + TOGETHER < files.length) prepared.push(prepare(job, files[n + TOGETHER]))
    if (content === null) unread.add(files[n].path)
    else add(pieces, entryOf(files[n].path, content))
    job.done++
    job.words = `${count(job.done)} of ${count(job.total)} files · ${megabytes(pieces.at)} MB sent`
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

// ---- One file

async function prepare(job, { path, file }) {
  if (!file || file.size > job.data.largest_file_bytes) return null
  try {
    const content = (PICTURE.test(path) && (await shrunk(file, job.data.longest_px))) || file
    // Read now: a file that cannot be read must not break the piece it lies in.
    return await content.arrayBuffer()
  } catch {
    return null
  }
}

// A smaller picture, upright and without what a camera wrote into it; null where the file is to go as it is.
async function shrunk(file, longest) {
  if (file.size <= SMALL_BYTES) return null
  let bitmap
  try {
    bitmap = await createImageBitmap(file)
  } catch {
    return null // The server may know the format, or say what is wrong with the file.
  }
  try {
    const scale = longest / Math.max(bitmap.width, bitmap.height)
    if (scale >= 1) return null
    const width = Math.max(1, Math.round(bitmap.width * scale))
    const height = Math.max(1, Math.round(bitmap.height * scale))
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext("2d")
    context.imageSmoothingQuality = "high"
    context.drawImage(bitmap, 0, 0, width, height)
    const clear = !/\.jpe?g$/i.test(file.name) && isClear(context.getImageData(0, 0, width, height).data)
    return await canvas.convertToBlob(clear ? { type: "image/png" } : { type: "image/jpeg", quality: 0.92 })
  } finally {
    bitmap.close()
  }
}

function isClear(pixels) {
  for (let at = 3; at < pixels.length; at += 4) if (pixels[at] < 255) return true
  return false
}

// ---- Tar (POSIX.1-2017, "ustar" and "pax")

const encoder = new TextEncoder()

function entryOf(path, content) {
  const name = encoder.encode(path)
  const parts = []
  if (name.length > 100 || name.length !== path.length) {
    const record = extended("path", path)
    parts.push(header(encoder.encode("name"), record.length, "x"), record, padding(record.length))
  }
  parts.push(header(name.slice(0, 100), content.byteLength, "0"), new Uint8Array(content), padding(content.byteLength))
  return parts.filter((part) => part.length)
}

function header(name, size, kind) {
  const block = new Uint8Array(512)
  block.set(name, 0)
  const write = (at, text) => block.set(encoder.encode(text), at)
  write(100, "0000644\0")
  write(108, "0000000\0")
  write(116, "0000000\0")
  write(124, size.toString(8).padStart(11, "0") + "\0")
  write(136, "00000000000\0")
  write(148, "        ")
  write(156, kind)
  write(257, "ustar\u000000")
  const sum = block.reduce((total, byte) => total + byte, 0)
  write(148, sum.toString(8).padStart(6, "0") + "\0 ")
  return block
}

// "27 path=..." and a line end: the number counts itself.
function extended(key, value) {
  const rest = encoder.encode(` ${key}=${value}\n`)
  let length = rest.length
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length
  const digits = encoder.encode(String(length))
  const record = new Uint8Array(length)
  record.set(digits)
  record.set(rest, digits.length)
  return record
}

function padding(size) {
  return new Uint8Array((512 - (size % 512)) % 512)
}

// ---- To the server

async function begin(job) {
  return ask(job, "POST", "", JSON.stringify(job.order), "application/json")
}

async function beginAnew(job) {
  forget(job.memory)
  job.id = remembered(job.memory)
  return (await begin(job)).received
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
        method, body, headers: { "Content-Type": type, "X-Thaw-Token": job.data.token },
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
      throw new Refused(told.message ?? "The server refused the upload.")
    }
    if (tries % TRIES === 0) await untilGoOn(job, told.message)
    else await new Promise((done) => setTimeout(done, Math.min(8000, 250 * 2 ** tries)))
  }
}

async function untilGoOn(job, message) {
  const words = job.words
  job.waiting = true
  job.words = `${message ?? "The server does not answer."} What was sent is kept.`
  job.draw()
  await new Promise((done) => { job.goOn = done })
  Object.assign(job, { waiting: false, goOn: null, words })
  job.draw()
}

// ---- Which upload a folder has: after a reload it is dropped again, and only what is missing is sent.

function remembered(memory) {
  let id = null
  try {
    id = localStorage.getItem(memory)
  } catch { /* A browser may keep nothing. */ }
  if (!/^[0-9a-f]{32}$/.test(id ?? "")) {
    id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
    try {
      localStorage.setItem(memory, id)
    } catch { /* Then a reload starts over. */ }
  }
  return id
}

function forget(memory) {
  try {
    localStorage.removeItem(memory)
  } catch { /* Nothing was kept. */ }
}

const count = (number) => number.toLocaleString("en-US")
const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)
