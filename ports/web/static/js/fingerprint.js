// A file is known again by its link, its size and its first and last mebibyte: names and dates lie, phones give them
// to every photo anew. The server keeps the fingerprint of what is not complete, so any device can go on; this browser
// keeps nothing.
const mebibyte = 1 << 20

export async function fingerprint(file, base) {
  if (!globalThis.crypto?.subtle) return `weak-${weak(`${base}|${file.name}|${file.size}|${file.lastModified}`)}`
  return digest(new Blob([base, `|${file.size}|`, file.slice(0, mebibyte), file.slice(Math.max(0, file.size - mebibyte))]))
}

// digest is the SHA-256 of a blob as 64 hex digits; "" where browsers offer none.
export async function digest(blob) {
  if (!globalThis.crypto?.subtle) return ""
  const sum = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer())
  return [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("")
}

// weak stands in where the page came over plain HTTP and browsers offer no digest: FNV-1a, twice.
function weak(text) {
  let a = 0x811c9dc5, b = 0x01000193
  for (const byte of new TextEncoder().encode(text)) {
    a = Math.imul(a ^ byte, 0x01000193) >>> 0
    b = Math.imul(b ^ byte, 0x85ebca6b) >>> 0
  }
  return a.toString(16) + b.toString(16)
}
