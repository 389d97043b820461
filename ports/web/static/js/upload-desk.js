// <upload-desk>: the page on which people send files. The server's list is the truth; this moves the bytes, shows the
// list anew and lets the clock tick. Without script the same page works with plain forms.
import { FileDialogs } from "./file-dialogs.js"
import { FileRows, set } from "./file-rows.js"
import { dropped, folderAdvice, refusal } from "./picking.js"
import { Sending } from "./sending.js"
import { clock } from "./words.js"

const atOnce = 3 // transfers side by side
const poll = 15_000

class UploadDesk extends HTMLElement {
  sendings = []
  page = null // the server's JSON, newest
  closed = false
  #skew = 0 // the server's clock minus ours, ms
  #said = new Set()
  #ending = false
  #lock = null

  connectedCallback() {
    const { accept, maxBytes, maxWords, practice, base } = this.dataset
    this.base = base
    this.limits = { accept: accept.split(","), maxBytes: Number(maxBytes), maxWords, practice }
    this.rows = new FileRows(this, { changed: () => this.sync(), next: () => this.next(), dismiss: (s) => this.#forget(s) })
    this.dialogs = new FileDialogs(this, {
      find: (id) => this.page?.files.find((f) => f.id === id),
      change: (...asked) => this.#ask(...asked),
      done: (words) => { this.say(words); this.sync() },
    })
    for (const el of this.querySelectorAll(".js-only")) el.hidden = false
    this.querySelector("#plain")?.remove()
    this.#choosing()
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
    if (!pick) return // the link takes nothing new
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
    addEventListener("dragover", (e) => { e.preventDefault() }) // a file beside the area never opens in the page's place
    addEventListener("drop", (e) => {
      e.preventDefault()
      over(false)
      const { files, folders } = dropped(e.dataTransfer)
      if (files.length) this.add(files)
      if (folders.length) this.trouble(folders.map(folderAdvice).join(" "))
    })
  }

  add(files) {
    if (this.closed || files.length === 0) return
    this.trouble("")
    let refused = 0
    for (const file of files) {
      const s = new Sending(file, this.base)
      s.addEventListener("change", () => { this.rows.show(s); this.count() })
      s.addEventListener("end", () => this.#ended(s))
      this.sendings.push(s)
      const why = refusal(file, this.limits)
      if (why) { s.state = "refused"; s.why = why; refused++ }
      this.rows.show(s)
    }
    this.count()
    this.say(refused ? `${files.length} chosen, ${refused} not accepted.` : files.length === 1 ? "1 file on the way." : `${files.length} files on the way.`)
    this.next()
  }

  // next starts what waits, a few at a time.
  next() {
    let running = this.sendings.filter((s) => ["sending", "checking", "offline"].includes(s.state)).length
    for (const s of this.sendings) {
      if (running >= atOnce) break
      if (s.state === "waiting") { running++; s.start() }
    }
    this.#stayAwake()
  }

  async #ended(s) {
    if (s.state === "done") {
      this.say(`${s.file.name} has arrived.`)
      if (!await this.#untilListed(s.id)) return this.next() // offline: the row stays until the list can be asked
    }
    if (s.state !== "done") this.rows.ignore(s.id) // the list may not know yet that it has ended
    if (s.state !== "refused") this.#forget(s)
    this.next()
  }

  // #untilListed asks until the server's list has the file: it may lag a moment behind the last byte. false: nobody
  // answers.
  async #untilListed(id) {
    let answered = false
    for (let wait = 50; wait < 4000; wait *= 2) {
      answered = await this.sync()
      if (this.#listed(id)) return true
      await new Promise((done) => setTimeout(done, wait))
    }
    return answered
  }

  #listed(id) { return this.page?.files.some((f) => f.id === id && f.state !== "receiving") }

  #forget(s) {
    this.sendings = this.sendings.filter((other) => other !== s)
    s.row?.remove()
    this.count()
  }

  // ---- the server's truth

  // sync tells whether the server has answered.
  async sync() {
    let answer, body
    try {
      answer = await fetch(this.base, { headers: { Accept: "application/json" }, cache: "no-store" })
      body = await answer.json()
    } catch {
      return false // offline; the next look will tell
    }
    if (!body.files) {
      if (answer.status < 500) this.close(body.detail)
      return true
    }
    this.#skew = Date.parse(body.now) - Date.now()
    this.#ending = false
    this.page = body
    if (body.link.state !== "open") this.close(body.detail ?? this.querySelector("#closed-text").textContent)
    for (const s of this.sendings) if (s.state === "done" && this.#listed(s.id)) this.#forget(s)
    this.rows.render(body.files, new Set(this.sendings.map((s) => s.id).filter(Boolean)))
    this.count()
    this.tick()
    return true
  }

  count() {
    const files = this.page?.files ?? []
    const received = files.filter((f) => f.state === "received").length, sent = files.filter((f) => f.state === "released").length
    set(this.querySelector("#files-count"), [received && `${received} received`, sent && `${sent} sent`].filter(Boolean).join(", "))
    this.querySelector("#files-section").hidden = this.rows.empty
  }

  // tick runs the clock from the server's time; the server alone decides (U7).
  tick() {
    let most = 0
    for (const file of this.page?.files ?? []) {
      if (file.state !== "received") continue
      const ms = file.deadline ? Date.parse(file.deadline) - Date.now() - this.#skew : 0
      most = Math.max(most, ms)
      this.rows.tick(file.id, ms)
      if (ms > 0) continue
      this.dialogs.over(file.id)
      if (!this.#ending) { this.#ending = true; setTimeout(() => this.sync(), 700) }
    }
    if (this.page) this.querySelector("#foot").hidden = most <= 0
    if (most > 0) set(this.querySelector("#countdown"), clock(most))
    this.#announce(most)
  }

  // #announce says how much time is left at five minutes and at one, and when it is over; not every second.
  #announce(ms) {
    if (ms <= 0) {
      if (this.#said.delete("open")) this.say(`Your files have been sent to ${this.limits.practice}. They can’t be changed here any more.`)
      return
    }
    this.#said.add("open")
    for (const minutes of [5, 1]) {
      if (ms > minutes * 60_000) this.#said.delete(minutes)
      else if (!this.#said.has(minutes)) {
        this.#said.add(minutes)
        this.say(`${minutes === 1 ? "1 minute" : "5 minutes"} left to rename or delete files.`)
      }
    }
  }

  // ---- changing

  // release sends before the time is over (U3).
  async release() {
    const { ok, detail } = await this.#ask("POST", "release")
    if (!ok) this.trouble(detail)
    await this.sync()
    if (ok) this.querySelector("#files-head").focus()
  }

  async #ask(method, path, body) {
    const headers = { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) }
    try {
      const answer = await fetch(this.base + path, { method, headers, body: body && JSON.stringify(body) })
      if (answer.ok) return { ok: true, detail: "" }
      const problem = await answer.json().catch(() => ({}))
      return { ok: false, detail: problem.detail || "That did not work. Try again." }
    } catch {
      return { ok: false, detail: "There is no connection just now. Try again in a moment." }
    }
  }

  // ---- around it

  close(why) {
    this.closed = true
    for (const el of this.querySelectorAll("#add-file, #drop, #expires, #trouble")) el.hidden = true
    set(this.querySelector("#closed-text"), why || "Open the link from your e-mail again.")
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

  // #stayAwake keeps a phone's screen on while bytes are moving: in a sleeping phone they stop.
  async #stayAwake() {
    const busy = this.sendings.some((s) => s.moving)
    try {
      if (busy && !this.#lock && !document.hidden) {
        this.#lock = await navigator.wakeLock?.request("screen") ?? null
        this.#lock?.addEventListener("release", () => { this.#lock = null })
      } else if (!busy) {
        await this.#lock?.release()
      }
    } catch { /* not allowed here; the bytes move all the same */ }
  }
}
customElements.define("upload-desk", UploadDesk)
