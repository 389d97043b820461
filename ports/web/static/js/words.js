// Sizes and times as people say them; the same words as on the server.
export function size(bytes) {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`
  if (bytes < 999_500) return `${Math.round(bytes / 1e3)} KB`
  if (bytes < 999_950_000) return `${(bytes / 1e6).toFixed(1)} MB`
  return `${(bytes / 1e9).toFixed(2)} GB`
}

// part is "1.5 of 2.4 MB"; where the units differ each keeps its own: "812 KB of 2.4 MB".
export function part(bytes, all) {
  const [number, unit] = size(bytes).split(" ")
  return size(all).endsWith(` ${unit}`) ? `${number} of ${size(all)}` : `${size(bytes)} of ${size(all)}`
}

// clock is 582000 → "9:42". It rounds up, so that 0:00 is shown at zero and not a second before it.
export function clock(ms) {
  const s = Math.max(0, Math.ceil(ms / 1000))
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`
}

// left is how long a transfer still takes: "about 8 seconds left".
export function left(seconds) {
  if (!Number.isFinite(seconds)) return ""
  if (seconds < 5) return "a few seconds left"
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5 || 5} seconds left`
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} minutes left`
  return `about ${Math.round(seconds / 3600)} hours left`
}

// endings: "a.PDF" → ["a", ".PDF"].
export function endings(name) {
  const dot = name.lastIndexOf(".")
  return dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""]
}

const kinds = {
  image: "bmp heic jp2 jpeg jpg png tif tiff emf", film: "mkv mov mp4", "file-spreadsheet": "csv xls xlsm xlsx ods", "file-archive": "zip",
  "file-text": "doc docx odt pdf rtf txt", mail: "eml msg",
}

// icon is the picture for a file's kind, by its name.
export function icon(name) {
  const ending = endings(name)[1].slice(1).toLowerCase()
  return Object.keys(kinds).find((kind) => kinds[kind].split(" ").includes(ending)) ?? "file"
}

// afterwards says of a file that has been sent what became of it: its words, its picture, and whether it can be asked for.
export function afterwards(file, sent, practice) {
  const { state = "", answer = "", may_ask: may = false } = file.withdrawal ?? {}
  switch (state) {
    case "asked": return { words: `${sent} · you asked to withdraw it, and ${practice} has not answered yet`, symbol: "check", may }
    case "refused": return { words: `${sent} · you asked to withdraw it; ${practice} keeps it: ${answer}`, symbol: "check", may }
    case "accepted": return { words: `Withdrawn: ${practice} has destroyed it.`, symbol: "ban", may }
    default: return { words: sent, symbol: "check", may }
  }
}

// set touches the page only where something changes, so that screen readers stay calm.
export function set(el, text) { if (el.textContent !== text) el.textContent = text }
