// What people choose, drop or photograph, and what is refused before a byte travels (S1.5 to S1.8, S1.i10).
import { endings, size } from "./words.js"

// macOS keeps such documents as folders; Chrome and Firefox see the folder.
const packages = ["pages", "numbers", "key", "rtfd", "band", "app"]

// dropped sorts what was dropped into files and folders' names. It must run inside the event: later the list is empty.
export function dropped(transfer) {
  const files = [], folders = []
  for (const item of transfer.items) {
    if (item.kind !== "file") continue
    const entry = item.webkitGetAsEntry?.()
    if (entry?.isDirectory) folders.push(entry.name)
    else if (item.getAsFile()) files.push(item.getAsFile())
  }
  return { files, folders }
}

// folderAdvice tells why a folder isn't taken and how to send it all the same (S1.7, S1.8).
export function folderAdvice(name) {
  const ending = endings(name)[1].slice(1).toLowerCase()
  if (packages.includes(ending)) {
    return `“${name}” is a document that this computer keeps as a folder. Save it as a PDF, or compress it first (right-click, Compress), then add the zip file.`
  }
  return `“${name}” is a folder, and folders can’t be sent as they are. Compress it first, then add the zip file. Windows: right-click the folder, Compress to ZIP file. Mac: right-click, Compress.`
}

// refusal is why a file is not accepted, or "". limits: accept [".pdf", …], maxBytes, maxWords, practice.
export function refusal(file, limits) {
  const ending = endings(file.name)[1].toLowerCase()
  if (!limits.accept.includes(ending)) {
    const what = ending ? `Files ending in ${ending} are not accepted.` : "This file has no ending that tells its type."
    return `${what} Accepted are: ${limits.accept.map((e) => e.slice(1)).join(", ")}.`
  }
  if (file.size > limits.maxBytes) {
    return `This file has ${size(file.size)}; at most ${limits.maxWords} (${limits.maxBytes.toLocaleString("en-GB")} bytes) are accepted. Compress it, split it, or ask ${limits.practice} for another way.`
  }
  if (file.size === 0) return "This file is empty. If it is in a cloud, save it to your device first, then choose it again."
  return ""
}
