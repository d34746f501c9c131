// Dropped, chosen or pasted pictures, a folder, or an archive, sent to our own route.
// The files of a folder go as a tar: its headers are written here, its content is read as it is needed.

const SMALL_BYTES = 60000 // Not worth being made smaller.
const PICTURE = /\.(jpe?g|png|webp|bmp|avif|heic|heif|tiff?)$/i
const ARCHIVE = /\.(zip|tar|tgz|tar\.gz)$/i

// By key: who hears of what is pasted.
const pasting = new Map()

export default function ({ data, parentElement, setTriggerValue }) {
  const { key, words } = data
  const at = (query) => parentElement.querySelector(query)
  const drop = at(".drop")
  const what = at(".what")
  // Why the last one failed stays to be read; the rest is said anew, maybe in another language.
  if (!what.textContent || what.textContent === what.dataset.own) what.textContent = words.drop
  what.dataset.own = words.drop

  const draw = () => {
    drop.hidden = jobs.has(key)
    showJob(key, at)
  }
  const finish = (sent) => setTriggerValue("sent", sent)
  const failed = (sentence) => { what.textContent = sentence || words.drop }
  const place = { root: parentElement, data, draw, finish, failed }
  rejoinJob(place)

  const start = (source) => {
    what.textContent = words.drop
    beginJob(place, words.looking, (job) => send(job, source))
  }
  const chosen = (files) => {
    if (files.length) start(async () => files.map((file) => ({ path: file.webkitRelativePath || file.name, file })))
  }

  for (const kind of ["folder", "archive", "pictures"]) {
    at(`button.${kind}`).textContent = words[kind].button
    at(`input.${kind}`).setAttribute("aria-label", words[kind].input)
    at(`button.${kind}`).onclick = () => at(`input.${kind}`).click()
    at(`input.${kind}`).onchange = ({ target }) => {
      const files = [...target.files]
      target.value = ""
      chosen(files)
    }
  }
  drop.ondragover = (event) => { event.preventDefault(); drop.classList.add("over") }
  drop.ondragleave = () => drop.classList.remove("over")
  drop.ondrop = (event) => {
    event.preventDefault()
    drop.classList.remove("over")
    // Now: the list is empty as soon as this function has ended.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean)
    if (entries.length) start(() => filesOf(entries))
  }
  at("button.pictures").hidden = !data.pictures
  draw()
  if (!data.pictures) return undefined

  // Streamlit calls this function at each change, and cleans up only at the end.
  pasting.get(key)?.abort()
  const listening = new AbortController()
  pasting.set(key, listening)
  const paste = (event) => {
    // Anywhere on the page but in a field, as long as the place to drop at is to be seen.
    const typing = event.composedPath()[0]?.matches?.("input, textarea, [contenteditable=true]")
    if (!typing && drop.checkVisibility()) chosen([...event.clipboardData.files].map(named))
  }
  document.addEventListener("paste", paste, { signal: listening.signal })
  return () => listening.abort()
}

// A picture that was copied out of a page or a screen has no name of its own: each is called image.png.
function named(file, number) {
  if (!/^image\.\w+$/.test(file.name)) return file
  const ending = file.name.split(".").pop()
  const when = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "")
  return new File([file], `pasted-${when}-${number + 1}.${ending}`, { type: file.type })
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

async function send(job, source) {
  const files = await source()
  const { words, most_files: most } = job.data
  if (!files.length) throw new Refused(words.nothing)
  if (files.length > most) {
    throw new Refused(filled(words.too_many, { files: count(files.length), limit: count(most) }))
  }
  const isArchive = files.length === 1 && files[0].file && ARCHIVE.test(files[0].path)
  const several = files.length > 1 && !files[0].path.includes("/")
  const called = several ? filled(words.called, { files: count(files.length) }) : files[0].path.split("/")[0]
  const name = isArchive ? files[0].file.name : called
  const bytes = files.reduce((sum, { file }) => sum + (file?.size ?? 0), 0)
  job.order = { name, kind: isArchive ? "archive" : "folder" }
  job.memory = `thaw-upload ${job.order.kind} ${name} ${files.length} ${bytes}`
  job.id = remembered(job.memory)
  const read = (file) => prepare(job, file)
  const missing = isArchive ? await sendArchive(job, files[0].file) : await sendTar(job, files, read)
  forget(job.memory)
  return missing
}

async function sendArchive(job, file) {
  for (let round = 0; round < ROUNDS; round++) {
    let at = (await begin(job)).received
    if (at > file.size) at = await beginAnew(job)
    try {
      while (at < file.size) {
        job.done = at
        job.total = file.size
        job.words = filled(job.data.words.sent, { done: megabytes(at), total: megabytes(file.size) })
        job.draw()
        at = await put(job, at, file.slice(at, at + job.data.piece_bytes))
      }
      return []
    } catch (error) {
      if (!(error instanceof OutOfStep)) throw error
    }
  }
  throw new Lost(job.data.words.lost)
}

async function beginAnew(job) {
  forget(job.memory)
  job.id = remembered(job.memory)
  return (await begin(job)).received
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

// ---- Which upload a folder has: after a reload it is dropped again, and only what is missing is sent.

function remembered(memory) {
  let id = null
  try {
    id = localStorage.getItem(memory)
  } catch { /* A browser may keep nothing. */ }
  if (!/^[0-9a-f]{32}$/.test(id ?? "")) {
    id = newId()
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
