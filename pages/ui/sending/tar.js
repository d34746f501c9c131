// A tar, entry by entry (POSIX.1-2017, "ustar" and "pax").

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
