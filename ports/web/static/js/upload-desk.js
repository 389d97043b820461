// <upload-desk>: the page on which people send files. The server's list is the truth; this shows it, moves the bytes,
// and lets the clock tick. Without script the same page works with plain forms.
import { clock, endings, icon, left, size } from "./words.js"
import { dropped, folderAdvice, refusal } from "./picking.js"
import { Sending } from "./sending.js"

const atOnce = 3 // transfers side by side
const poll = 15_000

class UploadDesk extends HTMLElement {
  sendings = []
  page = null // the server's JSON, newest
  skew = 0 // server's clock minus ours, ms
  closed = false
  #said = new Set()
  #offsets = new Map() // of unfinished files, by id
  #ending = false

  connectedCallback() {
    this.base = this.dataset.base
    this.limits = {
      accept: this.dataset.accept.split(","), maxBytes: Number(this.dataset.maxBytes), maxWords: this.dataset.maxWords, practice: this.dataset.practice,
    }
    this.list = this.querySelector("#files")
    this.row = this.querySelector("template#file-row").content.firstElementChild
    for (const el of this.querySelectorAll(".js-only")) el.hidden = false
    this.#choosing()
    this.#dialogs()
    this.querySelector("#release").addEventListener("submit", (e) => { e.preventDefault(); this.release() })
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#wake() })
    addEventListener("online", () => this.#wake())
    addEventListener("beforeunload", (e) => { if (this.sendings.some((s) => s.moving)) e.preventDefault() })
    setInterval(() => this.tick(), 250)
    setInterval(() => { if (!document.hidden || this.sendings.some((s) => !s.over)) this.sync() }, poll)
    this.sync()
  }

  // ---- choosing

  #choosing() {
    const pick = this.querySelector("#pick"), camera = this.querySelector("#camera"), drop = this.querySelector("#drop")
    if (!pick) return
    this.querySelector("#add-file").addEventListener("click", () => pick.click())
    this.querySelector("#choose-files").addEventListener("click", () => pick.click())
    this.querySelector("#take-photo").addEventListener("click", () => camera.click())
    for (const input of [pick, camera]) {
      input.addEventListener("change", () => {
        this.add([...input.files])
        input.value = "" // the same file can be chosen again
      })
    }
    let depth = 0
    const over = (on) => { depth = on ? depth : 0; drop.toggleAttribute("data-over", on) }
    addEventListener("dragenter", (e) => { if (e.dataTransfer?.types.includes("Files")) { depth++; over(true) } })
    addEventListener("dragleave", () => { if (--depth <= 0) over(false) })
    addEventListener("dragover", (e) => { e.preventDefault() }) // a file beside the area never opens in its place
    addEventListener("drop", (e) => {
      e.preventDefault()
      over(false)
      const { files, folders } = dropped(e.dataTransfer)
      if (folders.length) this.trouble(folders.map(folderAdvice).join(" "))
      if (files.length) this.add(files)
    })
  }

  add(files) {
    if (this.closed) return
    if (files.length) this.trouble("")
    for (const file of files) {
      const s = new Sending(file, this.base)
      s.addEventListener("change", () => this.show(s))
      s.addEventListener("end", () => this.ended(s))
      this.sendings.push(s)
      const why = refusal(file, this.limits)
      if (why) { s.state = "refused"; s.why = why }
      this.show(s)
    }
    const refused = this.sendings.filter((s) => s.state === "refused").length
    this.say(refused ? `${files.length} chosen. ${refused} not accepted.` : `${files.length === 1 ? "1 file" : `${files.length} files`} on the way.`)
    this.next()
  }

  next() {
    let running = this.sendings.filter((s) => ["sending", "checking", "offline"].includes(s.state)).length
    for (const s of this.sendings) {
      if (running >= atOnce) break
      if (s.state === "waiting") { running++; s.start() }
    }
    this.#stayAwake()
  }

  async ended(s) {
    if (s.state === "done") {
      this.say(`${s.file.name} has arrived.`)
      await this.#untilListed(s.id)
    }
    if (s.state === "done" || s.state === "cancelled") {
      this.sendings = this.sendings.filter((other) => other !== s)
      s.row?.remove()
    }
    this.next()
    this.count()
  }

  // #untilListed asks until the server's list has the file: it may lag a moment behind the last byte.
  async #untilListed(id) {
    for (let wait = 50; wait < 4000; wait *= 2) {
      await this.sync()
      if (this.page?.files.some((f) => f.id === id && f.state !== "receiving")) return
      await new Promise((done) => setTimeout(done, wait))
    }
  }

  // ---- showing

  show(s) {
    if (!s.row) {
      s.row = this.row.cloneNode(true)
      s.row.dataset.key = s.key
      this.list.prepend(s.row)
      s.row.querySelector(".file__acts").hidden = true
    }
    const notes = {
      waiting: () => `${size(s.file.size)} · waits for its turn`,
      sending: () => [`${size(s.sent)} of ${size(s.file.size)}`, s.rate > 0 && `${size(s.rate)}/s`, s.rate > 0 && left((s.file.size - s.sent) / s.rate)].filter(Boolean).join(" · "),
      checking: () => "All sent. Being checked…",
      paused: () => `Paused at ${percent(s)} %`,
      offline: () => `Connection lost at ${percent(s)} %. Goes on by itself; keep this page open.`,
      done: () => "Received", cancelled: () => "Cancelled", refused: () => s.why,
    }
    const marks = { refused: "circle-alert", offline: "hourglass", waiting: "hourglass", paused: "pause" }
    const shown = { offline: "waiting", checking: "sending", done: "received" }
    this.fill(s.row, { state: shown[s.state] ?? s.state, name: s.file.name, note: notes[s.state](), icon: marks[s.state] ?? icon(s.file.name) })
    const bar = s.row.querySelector("progress")
    bar.hidden = s.over
    bar.value = percent(s)
    bar.setAttribute("aria-label", `${s.file.name}, sent`)
    this.#buttons(s)
    this.count()
  }

  #buttons(s) {
    const wants = s.state === "refused" ? ["dismiss"] : s.over || s.state === "checking" ? [] : [s.state === "paused" ? "resume" : "pause", "cancel"]
    const box = s.row.querySelector(".file__buttons")
    if (box.dataset.has === wants.join()) return
    const held = box.contains(document.activeElement)
    box.dataset.has = wants.join()
    const acts = {
      pause: ["pause", `Pause ${s.file.name}`, () => { s.pause(); this.next() }],
      resume: ["play", `Continue ${s.file.name}`, () => s.start()],
      cancel: ["x", `Cancel ${s.file.name}`, () => s.cancel()],
      dismiss: ["x", `Remove ${s.file.name} from this list`, () => { s.state = "cancelled"; this.ended(s) }],
    }
    box.replaceChildren(...wants.map((w) => this.#button(...acts[w])))
    if (held) box.firstElementChild?.focus()
  }

  // #leftover gives an unfinished file of an earlier visit its way out.
  #leftover(row, file) {
    const box = row.querySelector(".file__buttons"), wants = file.state === "receiving" ? "remove" : ""
    if ((box.dataset.has ?? "") === wants) return
    box.dataset.has = wants
    box.replaceChildren()
    if (wants) box.append(this.#button("x", `Remove ${file.name}`, async () => {
      await fetch(`${this.base}uploads/${file.id}`, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => null)
      await this.sync()
    }))
  }

  // #measure asks how much of an unfinished file the server has; another device may be sending it just now.
  async #measure(file) {
    const answer = await fetch(`${this.base}uploads/${file.id}`, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => null)
    this.#offsets.set(file.id, Number(answer?.headers.get("Upload-Offset") ?? 0))
    const row = this.list.querySelector(`[data-id="${file.id}"]`)
    if (row) this.#file(row, file)
  }

  #button(symbol, label, act) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "btn btn--quiet btn--icon"
    button.setAttribute("aria-label", label)
    const svg = this.querySelector(".file__mark svg, .drop svg, #closed svg").cloneNode(true)
    svg.firstElementChild.setAttribute("href", `${this.dataset.icons}#${symbol}`)
    button.append(svg)
    button.addEventListener("click", act)
    return button
  }

  fill(row, { state, name, note, icon: symbol }) {
    row.dataset.state = state
    set(row.querySelector(".file__name"), name)
    set(row.querySelector(".file__note"), note)
    const use = row.querySelector(".file__mark use"), href = `${this.dataset.icons}#${symbol}`
    if (use.getAttribute("href") !== href) use.setAttribute("href", href)
  }

  // ---- the server's truth

  async sync() {
    let answer, body
    try {
      answer = await fetch(this.base, { headers: { Accept: "application/json" }, cache: "no-store" })
      body = await answer.json()
    } catch {
      return // offline; the next look will tell
    }
    if (answer.status === 404 || answer.status === 401) return this.close(body.detail ?? "Open the link from your e-mail again.")
    if (!body.files) return
    this.skew = Date.parse(body.now) - Date.now()
    this.page = body
    this.#ending = false
    if (body.link.state !== "open") this.close(body.detail ?? "This link takes no more files.")
    this.render()
    this.tick()
  }

  render() {
    const mine = new Set(this.sendings.map((s) => s.id).filter(Boolean))
    const rows = new Map([...this.list.querySelectorAll("[data-id]")].map((row) => [row.dataset.id, row]))
    const keep = new Set()
    for (const file of this.page.files) {
      if (file.state === "deleted" || file.state === "abandoned") continue
      if (file.state === "receiving" && mine.has(file.id)) continue // shown with its progress already
      keep.add(file.id)
      let row = rows.get(file.id)
      if (!row) {
        row = this.row.cloneNode(true)
        row.dataset.id = file.id
        const first = this.list.querySelector(":scope > [data-id]")
        if (first) first.before(row); else this.list.append(row)
        row.querySelector(".file__rename").href = `${this.base}files/${file.id}/name`
        row.querySelector(".file__delete").href = `${this.base}files/${file.id}/deletion`
      }
      this.#file(row, file)
      if (file.state === "receiving") this.#measure(file)
    }
    for (const [id, row] of rows) {
      if (id && !row.dataset.key && !keep.has(id)) this.#drop(row)
    }
    this.count()
  }

  #file(row, file) {
    const here = this.#offsets.get(file.id) ?? 0
    const words = {
      receiving: `Not complete yet${here > 0 ? `: ${Math.floor(here / file.size * 100)} % is here` : ""}. Choose it again to go on.`,
      received: `Received · ${size(file.size)}`, released: `Sent to ${this.dataset.practice} · ${size(file.size)}`,
    }
    const extra = file.renamed ? " · a file of that name was here already, so this one got a number" : file.same_as ? " · same content as another file" : ""
    row.dataset.deadline = file.deadline ?? ""
    this.#leftover(row, file)
    this.fill(row, { state: file.state, name: file.name, note: (words[file.state] ?? "") + extra, icon: file.state === "receiving" ? "hourglass" : "check" })
    const acts = row.querySelector(".file__acts")
    acts.hidden = !(file.state === "received" && this.remaining(file) > 0)
    for (const [link, word] of [[".file__rename", "Rename"], [".file__delete", "Delete"]]) row.querySelector(link).setAttribute("aria-label", `${word} ${file.name}`)
  }

  #drop(row) {
    const held = row.contains(document.activeElement)
    row.remove()
    if (held) this.querySelector("#files-head").focus()
  }

  count() {
    const files = this.page?.files.filter((f) => f.state === "received" || f.state === "released") ?? []
    const sent = files.filter((f) => f.state === "released").length
    const parts = []
    if (files.length - sent) parts.push(`${files.length - sent} received`)
    if (sent) parts.push(`${sent} sent`)
    set(this.querySelector("#files-count"), parts.join(", "))
    this.querySelector("#files-section").hidden = this.list.children.length === 0
  }

  // ---- the clock

  remaining(file) { return file.deadline ? Date.parse(file.deadline) - Date.now() - this.skew : 0 }

  tick() {
    if (!this.page) return
    let most = 0
    for (const file of this.page.files) {
      if (file.state !== "received") continue
      const ms = this.remaining(file), row = this.list.querySelector(`[data-id="${file.id}"]`)
      most = Math.max(most, ms)
      if (!row) continue
      set(row.querySelector(".file__clock"), `${clock(ms)} left`)
      const acts = row.querySelector(".file__acts")
      if (ms <= 0 && !acts.hidden) { // gone at zero, without a reload (S1.i3)
        const held = acts.contains(document.activeElement)
        acts.hidden = true
        if (held) this.querySelector("#files-head").focus()
        for (const dialog of this.querySelectorAll("dialog[open]")) if (dialog.dataset.file === file.id) dialog.close()
      }
      if (ms <= 0 && !this.#ending) { this.#ending = true; setTimeout(() => this.sync(), 700) }
    }
    this.querySelector("#foot").hidden = most <= 0
    if (most <= 0) {
      if (this.#said.has("open")) { this.#said.clear(); this.say(`Your files have been sent to ${this.dataset.practice}. Names can’t be changed any more.`) }
      return
    }
    this.#said.add("open")
    set(this.querySelector("#countdown"), clock(most))
    for (const minutes of [5, 1]) {
      if (most > minutes * 60_000) this.#said.delete(minutes)
      else if (!this.#said.has(minutes)) { this.#said.add(minutes); this.say(`${minutes === 1 ? "1 minute" : "5 minutes"} left to rename or delete files.`) }
    }
  }

  // ---- changing

  #dialogs() {
    const rename = this.querySelector("#rename"), deletion = this.querySelector("#deletion")
    this.list.addEventListener("click", (e) => {
      const link = e.target.closest(".file__rename, .file__delete"), id = link?.closest("[data-id]")?.dataset.id
      const file = this.page?.files.find((f) => f.id === id)
      if (!link || !file) return
      e.preventDefault()
      if (link.matches(".file__rename")) this.#openRename(rename, file); else this.#openDeletion(deletion, file)
    })
    for (const button of this.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close())
    rename.querySelector("form").addEventListener("submit", (e) => {
      e.preventDefault()
      this.#change(rename, "PUT", "/name", { name: rename.querySelector("input").value + endings(this.#held(rename)?.name ?? "")[1] }, "Renamed.")
    })
    deletion.querySelector("form").addEventListener("submit", (e) => {
      e.preventDefault()
      this.#change(deletion, "DELETE", "", undefined, "Deleted.")
    })
  }

  #held(dialog) { return this.page.files.find((f) => f.id === dialog.dataset.file) }

  #openRename(dialog, file) {
    const [stem, ending] = endings(file.name), input = dialog.querySelector("input")
    dialog.dataset.file = file.id
    input.value = stem
    set(dialog.querySelector("#rename-ext"), `The ending ${ending} stays.`)
    dialog.querySelector(".field__error").hidden = true
    dialog.showModal()
    input.select()
  }

  #openDeletion(dialog, file) {
    dialog.dataset.file = file.id
    set(dialog.querySelector("#deletion-name"), file.name)
    dialog.querySelector(".field__error").hidden = true
    dialog.showModal()
    dialog.querySelector("[data-close]").focus()
  }

  async #change(dialog, method, path, body, done) {
    const problem = dialog.querySelector(".field__error")
    const { ok, detail } = await this.#ask(method, `files/${dialog.dataset.file}${path}`, body)
    if (!ok) {
      set(problem, detail)
      problem.hidden = false
      return
    }
    dialog.close()
    this.say(done)
    await this.sync()
  }

  async release() {
    const { ok, detail } = await this.#ask("POST", "release")
    if (!ok) this.trouble(detail)
    await this.sync()
    if (ok) this.querySelector("#files-head").focus()
  }

  async #ask(method, path, body) {
    try {
      const answer = await fetch(this.base + path, {
        method, headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) }, body: body && JSON.stringify(body),
      })
      if (answer.ok) return { ok: true, detail: "" }
      const problem = await answer.json().catch(() => ({}))
      return { ok: false, detail: problem.detail || problem.title || "That did not work. Try again." }
    } catch {
      return { ok: false, detail: "There is no connection just now. Try again in a moment." }
    }
  }

  // ---- around it

  close(why) {
    this.closed = true
    for (const el of this.querySelectorAll("#add-file, #drop, #expires, #trouble")) el.hidden = true
    set(this.querySelector("#closed-text"), why)
    this.querySelector("#closed").hidden = false
  }

  trouble(text) {
    set(this.querySelector("#trouble-text"), text)
    this.querySelector("#trouble").hidden = !text
  }

  say(text) { this.querySelector("#status").textContent = text }

  #wake() {
    this.sync()
    for (const s of this.sendings) s.nudge()
    this.#stayAwake()
  }

  async #stayAwake() {
    const busy = this.sendings.some((s) => s.moving)
    try {
      if (busy && !this.lock && !document.hidden) {
        this.lock = await navigator.wakeLock?.request("screen")
        this.lock?.addEventListener("release", () => { this.lock = null })
      } else if (!busy && this.lock) {
        await this.lock.release()
      }
    } catch { /* not allowed here: the page says to keep it open */ }
  }
}

function percent(s) { return s.file.size ? Math.floor(s.sent / s.file.size * 100) : 0 }

// set touches the page only where something changes, so that screen readers stay calm.
function set(el, text) { if (el.textContent !== text) el.textContent = text }

customElements.define("upload-desk", UploadDesk)
