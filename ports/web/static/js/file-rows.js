// The list of files: what is on its way from this page, and what the server has. A row is a copy of the template that
// the server renders its own rows from.
import { afterwards, clock, icon, left, part, set, size } from "./words.js"

const symbols = { refused: "circle-alert", offline: "hourglass", waiting: "hourglass", paused: "pause" }
const marks = { receiving: "hourglass", checking: "hourglass", infected: "circle-alert" } // of files that the server has
const shown = { offline: "waiting", checking: "sending", done: "received" } // the states that styles know

export class FileRows {
  #removed = new Set()
  #problems = new Map() // by id: what was refused about a file after it had arrived

  // changed is called when a row's button has changed the server's list; next when a transfer makes room for another;
  // dismiss when a refused file is put away.
  constructor(desk, { changed, next, dismiss }) {
    this.list = desk.querySelector("#files")
    this.heading = desk.querySelector("#files-head")
    this.template = desk.querySelector("template#file-row").content.firstElementChild
    this.base = desk.dataset.base
    this.icons = desk.dataset.icons
    this.practice = desk.dataset.practice
    Object.assign(this, { changed, next, dismiss })
  }

  get empty() { return this.list.children.length === 0 }
  row(id) { return this.list.querySelector(`[data-id="${id}"]`) }

  // ---- on their way

  // add gives what was chosen together its rows, in its order, above all others.
  add(sendings) {
    this.list.prepend(...sendings.map((s) => {
      s.row = this.template.cloneNode(true)
      s.row.removeAttribute("data-id")
      s.row.dataset.key = s.key
      s.row.querySelector(".file__acts").hidden = true
      return s.row
    }))
    for (const s of sendings) this.show(s)
  }

  show(s) {
    this.#fill(s.row, shown[s.state] ?? s.state, s.name, note(s), symbols[s.state] ?? icon(s.file.name))
    const bar = s.row.querySelector("progress")
    bar.hidden = s.over
    bar.value = percent(s)
    bar.setAttribute("aria-label", `${s.name}, sent`)
    this.#steer(s)
  }

  // #steer gives a transfer the buttons that fit its state, and keeps the focus among them.
  #steer(s) {
    const acts = {
      pause: ["pause", `Pause ${s.file.name}`, () => { s.pause(); this.next() }],
      resume: ["play", `Continue ${s.file.name}`, () => s.start()],
      again: ["rotate-cw", `Try ${s.file.name} again now`, () => s.nudge()],
      cancel: ["x", `Cancel ${s.file.name}`, () => s.cancel()],
      dismiss: ["x", `Remove ${s.file.name} from this list`, () => this.dismiss(s)],
    }
    const first = { paused: "resume", offline: "again" }[s.state] ?? "pause"
    const wants = s.state === "refused" ? ["dismiss"] : s.over || s.state === "checking" ? [] : [first, "cancel"]
    this.#buttons(s.row, wants.join(), wants.map((w) => acts[w]))
  }

  // ---- at the server

  // render shows the server's files, but for those that a transfer of this page shows already.
  render(files, mine) {
    const keep = new Set()
    for (const file of files) {
      if (this.#removed.has(file.id) || mine.has(file.id)) continue
      keep.add(file.id)
      this.#show(this.row(file.id) ?? this.#insert(file), file, files)
    }
    for (const row of this.list.querySelectorAll("[data-id]")) {
      if (!keep.has(row.dataset.id)) this.#drop(row)
    }
  }

  #insert(file) {
    const row = this.template.cloneNode(true)
    row.dataset.id = file.id
    const first = this.list.querySelector(":scope > [data-id]")
    if (first) first.before(row)
    else this.list.append(row)
    row.querySelector(".file__rename").href = `${this.base}files/${file.id}/name`
    row.querySelector(".file__delete").href = `${this.base}files/${file.id}/deletion`
    row.querySelector(".file__withdraw").href = `${this.base}files/${file.id}/withdrawal`
    return row
  }

  #show(row, file, files) {
    const here = Math.floor((file.offset ?? 0) / file.size * 100)
    const words = {
      receiving: `Not complete yet${here > 0 ? `: ${here} % is here` : ""}. Choose it again to go on.`,
      received: `Received · ${size(file.size)}${["awaited", "held"].includes(file.scan) ? " · being checked for viruses" : ""}`,
      checking: `Received · ${size(file.size)}${waits(file, this.practice)}`,
      infected: `Not sent to ${this.practice}: a virus was found (${file.scan_note}). Have this device checked, then send a clean copy.`,
    }
    const after = ["released", "withdrawn"].includes(file.state) && afterwards(file, `Sent to ${this.practice} · ${size(file.size)}`, this.practice)
    const note = after ? after.words : words[file.state] ?? ""
    this.#fill(row, file.state, file.name, note + remarks(file, files), after ? after.symbol : marks[file.state] ?? "check")
    this.#askable(row, file, after && after.may)
    row.querySelector(".file__acts").hidden = !(file.state === "received" && file.deadline)
    row.querySelector(".file__rename").setAttribute("aria-label", `Rename ${file.name}`)
    row.querySelector(".file__delete").setAttribute("aria-label", `Delete ${file.name}`)
    const problem = this.#problems.get(file.id)
    if (problem && problem.name !== file.name) this.#problems.delete(file.id) // it has been renamed since
    set(row.querySelector(".file__problem"), this.#problems.get(file.id)?.text ?? "")
    row.querySelector(".file__problem").hidden = !this.#problems.has(file.id)
    const remove = ["x", `Remove ${file.name}`, () => this.#remove(file)]
    this.#buttons(row, file.state === "receiving" ? "remove" : "", file.state === "receiving" ? [remove] : [])
  }

  // #askable shows or hides the link to ask for a sent file (U5); the focus doesn't go with it.
  #askable(row, file, may) {
    const box = row.querySelector(".file__ask"), held = box.contains(document.activeElement)
    box.hidden = !may
    row.querySelector(".file__withdraw").setAttribute("aria-label", `Ask to withdraw ${file.name}`)
    if (held && !may) this.heading.focus()
  }

  // problem is told in the row of a file that has arrived under another name than was wished.
  problem(file, text) {
    this.#problems.set(file.id, { name: file.name, text })
  }

  // ignore leaves out a file that has ended, whatever the list still says.
  ignore(id) { if (id) this.#removed.add(id) }

  // #remove ends an unfinished transfer of an earlier visit.
  async #remove(file) {
    this.ignore(file.id)
    await fetch(`${this.base}uploads/${file.id}`, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => null)
    this.changed()
  }

  // tick shows what is left of a file's time; at zero its buttons go (S1.i3).
  tick(id, ms) {
    const row = this.row(id), acts = row?.querySelector(".file__acts")
    if (!row) return
    set(row.querySelector(".file__clock"), clock(ms))
    if (ms > 0 || acts.hidden) return
    const held = acts.contains(document.activeElement)
    acts.hidden = true
    if (held) this.heading.focus()
  }

  // ---- rows

  #fill(row, state, name, words, symbol) {
    row.dataset.state = state
    set(row.querySelector(".file__name"), name)
    set(row.querySelector(".file__note"), words)
    const use = row.querySelector(".file__mark use"), href = `${this.icons}#${symbol}`
    if (use.getAttribute("href") !== href) use.setAttribute("href", href)
  }

  #buttons(row, kind, acts) {
    const box = row.querySelector(".file__buttons")
    if ((box.dataset.has ?? "") === kind) return
    const held = box.contains(document.activeElement)
    box.dataset.has = kind
    box.replaceChildren(...acts.map((act) => this.#button(row, ...act)))
    if (held) (box.firstElementChild ?? this.heading).focus()
  }

  #button(row, symbol, label, act) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "btn btn--quiet btn--icon"
    button.setAttribute("aria-label", label)
    const svg = row.querySelector(".file__mark svg").cloneNode(true)
    svg.firstElementChild.setAttribute("href", `${this.icons}#${symbol}`)
    button.append(svg)
    button.addEventListener("click", act)
    return button
  }

  #drop(row) {
    const held = row.contains(document.activeElement)
    row.remove()
    if (held) this.heading.focus()
  }
}

// remarks is what its sender should know of a file: the same words as on the server (S1.i12, T15).
export function remarks(file, files) {
  const other = file.same_as && files.find((f) => f.id === file.same_as)
  return (file.renamed ? " · a file of that name was here already, so this one got a number" : "") +
    (file.same_as ? ` · same content as ${other ? `“${other.name}”` : "an earlier file"}` : "")
}

// waits tells why a file whose window is over is not with the practice yet (U8); the server says the same.
function waits(file, practice) {
  switch (file.scan) {
    case "awaited": return ` · being checked for viruses, then it goes to ${practice}`
    case "held": return ` · it could not be checked for viruses yet, so it waits. Ask ${practice} if it is urgent.`
    default: return ` · goes to ${practice} when the files sent with it have been checked for viruses`
  }
}

function note(s) {
  switch (s.state) {
    case "waiting": return `${size(s.file.size)} · waits for its turn`
    case "sending": return [part(s.sent, s.file.size), s.rate > 0 && `${size(s.rate)}/s`, s.rate > 0 && left((s.file.size - s.sent) / s.rate)].filter(Boolean).join(" · ")
    case "checking": return "All sent. Being checked…"
    case "paused": return `Paused at ${percent(s)} %`
    case "offline": return s.why ? `Waits at ${percent(s)} %. ${s.why} It goes on by itself; keep this page open.` : `Connection lost at ${percent(s)} %. Goes on by itself; keep this page open.`
    case "done": return `Received · ${size(s.file.size)}`
    case "cancelled": return "Cancelled"
    default: return s.why
  }
}

export function percent(s) { return s.file.size ? Math.floor(s.sent / s.file.size * 100) : 0 }
