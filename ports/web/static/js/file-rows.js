// The list of files: what is on its way from this page, and what the server has. A row is a copy of the template that
// the server renders its own rows from.
import { forget } from "./sending.js"
import { clock, icon, left, size } from "./words.js"

const symbols = { refused: "circle-alert", offline: "hourglass", waiting: "hourglass", paused: "pause" }
const shown = { offline: "waiting", checking: "sending", done: "received" } // the states that styles know

export class FileRows {
  #here = new Map() // bytes that the server has of unfinished files, by id
  #removed = new Set()

  // changed is called when a row's button has changed the server's list; dismiss when a refused file is put away.
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

  show(s) {
    if (!s.row) {
      s.row = this.template.cloneNode(true)
      s.row.removeAttribute("data-id")
      s.row.dataset.key = s.key
      s.row.querySelector(".file__acts").hidden = true
      this.list.prepend(s.row)
    }
    this.#fill(s.row, shown[s.state] ?? s.state, s.file.name, note(s), symbols[s.state] ?? icon(s.file.name))
    const bar = s.row.querySelector("progress")
    bar.hidden = s.over
    bar.value = percent(s)
    bar.setAttribute("aria-label", `${s.file.name}, sent`)
    this.#steer(s)
  }

  // #steer gives a transfer the buttons that fit its state, and keeps the focus among them.
  #steer(s) {
    const acts = {
      pause: ["pause", `Pause ${s.file.name}`, () => { s.pause(); this.next() }],
      resume: ["play", `Continue ${s.file.name}`, () => s.start()],
      cancel: ["x", `Cancel ${s.file.name}`, () => s.cancel()],
      dismiss: ["x", `Remove ${s.file.name} from this list`, () => this.dismiss(s)],
    }
    const wants = s.state === "refused" ? ["dismiss"] : s.over || s.state === "checking" ? [] : [s.state === "paused" ? "resume" : "pause", "cancel"]
    this.#buttons(s.row, wants.join(), wants.map((w) => acts[w]))
  }

  // ---- at the server

  // render shows the server's files, but for those that a transfer of this page shows already.
  render(files, mine) {
    const keep = new Set()
    for (const file of files) {
      if (this.#removed.has(file.id) || file.state === "receiving" && mine.has(file.id)) continue
      keep.add(file.id)
      this.#show(this.row(file.id) ?? this.#insert(file), file)
      if (file.state === "receiving") this.#measure(file)
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
    return row
  }

  #show(row, file) {
    const here = this.#here.get(file.id) ?? 0
    const words = {
      receiving: `Not complete yet${here > 0 ? `: ${Math.floor(here / file.size * 100)} % is here` : ""}. Choose it again to go on.`,
      received: `Received · ${size(file.size)}`,
      released: `Sent to ${this.practice} · ${size(file.size)}`,
    }
    const extra = file.renamed ? " · a file of that name was here already, so this one got a number" : file.same_as ? " · same content as another file" : ""
    this.#fill(row, file.state, file.name, (words[file.state] ?? "") + extra, file.state === "receiving" ? "hourglass" : "check")
    row.querySelector(".file__acts").hidden = !(file.state === "received" && file.deadline)
    row.querySelector(".file__rename").setAttribute("aria-label", `Rename ${file.name}`)
    row.querySelector(".file__delete").setAttribute("aria-label", `Delete ${file.name}`)
    const remove = ["x", `Remove ${file.name}`, () => this.#remove(file)]
    this.#buttons(row, file.state === "receiving" ? "remove" : "", file.state === "receiving" ? [remove] : [])
  }

  // #measure asks how much of an unfinished file the server has; another device may be sending it just now.
  async #measure(file) {
    const answer = await fetch(`${this.base}uploads/${file.id}`, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => null)
    this.#here.set(file.id, Number(answer?.headers.get("Upload-Offset") ?? 0))
    const row = this.row(file.id)
    if (row?.dataset.state === "receiving") this.#show(row, file)
  }

  // ignore leaves out a file that has ended, whatever the list still says.
  ignore(id) { if (id) this.#removed.add(id) }

  // #remove ends an unfinished transfer of an earlier visit.
  async #remove(file) {
    this.ignore(file.id)
    forget(file.id)
    await fetch(`${this.base}uploads/${file.id}`, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => null)
    this.changed()
  }

  // tick shows what is left of a file's time; at zero its buttons go (S1.i3).
  tick(id, ms) {
    const row = this.row(id), acts = row?.querySelector(".file__acts")
    if (!row) return
    set(row.querySelector(".file__clock"), `${clock(ms)} left`)
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

function note(s) {
  switch (s.state) {
    case "waiting": return `${size(s.file.size)} · waits for its turn`
    case "sending": return [`${size(s.sent)} of ${size(s.file.size)}`, s.rate > 0 && left((s.file.size - s.sent) / s.rate)].filter(Boolean).join(" · ")
    case "checking": return "All sent. Being checked…"
    case "paused": return `Paused at ${percent(s)} %`
    case "offline": return `Connection lost at ${percent(s)} %. Goes on by itself; keep this page open.`
    case "done": return `Received · ${size(s.file.size)}`
    case "cancelled": return "Cancelled"
    default: return s.why
  }
}

function percent(s) { return s.file.size ? Math.floor(s.sent / s.file.size * 100) : 0 }

// set touches the page only where something changes, so that screen readers stay calm.
export function set(el, text) { if (el.textContent !== text) el.textContent = text }
