// What people choose, drop, paste or photograph, and what is refused before a byte travels (S1.5 to S1.8, S1.i10).
import { endings, icon } from "./words.js"

// macOS keeps such documents as folders; Chrome and Firefox see the folder.
const packages = ["pages", "numbers", "key", "rtfd", "band", "app"]

// listen waits for files from everywhere. add gets the files, whether the camera took them, and what was dropped where;
// folders the names of folders. Whatever is dropped, even beside the area or where the link takes nothing, never opens in the page's place.
export function listen(desk, { add, folders }) {
  const pick = desk.querySelector("#pick"), camera = desk.querySelector("#camera"), drop = desk.querySelector("#drop")
  addEventListener("dragover", (e) => { e.preventDefault() })
  addEventListener("drop", (e) => { e.preventDefault() })
  if (!pick) return // the link takes nothing new
  desk.querySelector("#add-file").addEventListener("click", () => pick.click())
  desk.querySelector("#choose-files").addEventListener("click", () => pick.click())
  desk.querySelector("#take-photo").addEventListener("click", () => camera.click())
  for (const input of [pick, camera]) {
    input.addEventListener("change", () => {
      const files = [...input.files]
      input.value = "" // the same file can be chosen again
      add(files, input === camera)
    })
  }
  let depth = 0
  const over = (on) => { depth = on ? depth : 0; drop.toggleAttribute("data-over", on) }
  addEventListener("dragenter", (e) => { if (e.dataTransfer?.types.includes("Files")) { depth++; over(true) } })
  addEventListener("dragleave", () => { if (--depth <= 0) over(false) })
  addEventListener("drop", (e) => {
    over(false)
    const found = dropped(e.dataTransfer)
    if (found.files.length) add(found.files, false, e)
    if (found.folders.length) folders(found.folders)
  })
  addEventListener("paste", (e) => {
    const files = [...e.clipboardData?.files ?? []]
    if (!files.length || e.target.closest?.("input, textarea")) return
    e.preventDefault()
    add(files)
  })
}

// dropped sorts what was dropped into files and folders' names. It must run inside the event: later the list is empty.
function dropped(transfer) {
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
    const what = ending ? `Files ending in ${ending}` : "Files without an extension"
    return `${what} can’t be sent here. Accepted are: ${limits.accept.map((e) => e.slice(1)).join(", ")}.`
  }
  if (file.size > limits.maxBytes) {
    return `This file has ${file.size.toLocaleString("en-GB")} bytes; at most ${limits.maxBytes.toLocaleString("en-GB")} (${limits.maxWords}) are accepted. Compress it, split it, or ask ${limits.practice} for another way.`
  }
  if (file.size === 0) return "This file is empty. If it is in a cloud, save it to your device first, then choose it again."
  return ""
}

const nameless = /^(image|photo|picture|video|movie|capture)(\s?\(\d+\))?$/i

// suggestion is a name for a photo to which the phone gave none of its own, or "": phones call every shot image.jpg, or by
// the time. taken are the names in use, in lower case.
export function suggestion(file, camera, taken) {
  const [stem, ending] = endings(file.name), word = { image: "Photo", film: "Film" }[icon(file.name)]
  if (!word || !(nameless.test(stem) || camera && /^[\d_-]{8,}$/.test(stem))) return ""
  for (let n = 1; ; n++) {
    const name = `${word} ${n}${ending}`
    if (!taken.has(name.toLowerCase())) return name
  }
}
