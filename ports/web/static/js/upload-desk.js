// <upload-desk>: the page on which people send files. The server's list is the truth; this moves the bytes, shows the
// list anew and lets the clock tick. Without script the same page works with plain forms.
import { Awake } from "./awake.js"
import { FileDialogs } from "./file-dialogs.js"
import { FileRows, percent, remarks } from "./file-rows.js"
import { Naming } from "./naming.js"
import { folderAdvice, listen, refusal, suggestion } from "./picking.js"
import "./receipt-list.js"
import { Sending } from "./sending.js"
import { Telling } from "./telling.js"
import { Withdrawing } from "./withdrawing.js"
import { clock, set } from "./words.js"

const atOnce = 3 // transfers side by side
const poll = 15_000
const desktop = matchMedia("(hover: hover) and (pointer: fine)")

class UploadDesk extends HTMLElement {
  sendings = []
  page = null // the server's JSON, newest
  closed = false
  #skew = [-Infinity, Infinity] // the server's clock minus ours, ms: at least, at most
  #asked = 0
  #heard = 0 // which question the newest answer was for
  #ending = false
  #awake = new Awake()

  connectedCallback() {
    const { accept, maxBytes, maxWords, practice, base } = this.dataset
    this.base = base
    this.limits = { accept: accept.split(","), maxBytes: Number(maxBytes), maxWords, practice }
    this.telling = new Telling(this)
    this.rows = new FileRows(this, { changed: () => this.sync(), next: () => this.next(), dismiss: (s) => this.#forget(s) })
    const hooks = {
      find: (id) => this.page?.files.find((f) => f.id === id),
      change: (...asked) => this.#ask(...asked),
      done: (words) => { this.telling.say(words); this.sync() },
    }
    this.dialogs = new FileDialogs(this, hooks)
    new Withdrawing(this, hooks)
    this.naming = new Naming(this, {
      names: () => this.#nameable(), rename: (key, name) => this.#rename(key, name), saved: () => this.telling.say("The names are saved."),
    })
    for (const el of this.querySelectorAll(".js-only")) el.hidden = false
    this.querySelector("#plain")?.remove()
    listen(this, { add: (files, camera) => this.add(files, camera), folders: (names) => this.trouble(names.map(folderAdvice).join(" ")) })
    this.querySelector("#release").addEventListener("submit", (e) => { e.preventDefault(); this.release() })
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#wake() })
    addEventListener("online", () => this.#wake())
    addEventListener("beforeunload", (e) => { if (this.sendings.some((s) => s.moving)) e.preventDefault() })
    setInterval(() => this.tick(), 250)
    setInterval(() => { if (!document.hidden || this.sendings.some((s) => !s.over)) this.sync() }, poll)
    this.sync()
  }

  // ---- sending

  add(files, camera = false) {
    if (this.closed || files.length === 0) return
    this.trouble("")
    const idle = this.sendings.every((s) => s.over), taken = new Set([...this.sendings, ...this.page?.files ?? []].map((f) => f.name.toLowerCase()))
    const added = files.map((file) => {
      const wish = suggestion(file, camera, taken), s = new Sending(file, { base: this.base, find: (...of) => this.#find(...of), wish })
      taken.add(s.name.toLowerCase())
      s.why = refusal(file, this.limits)
      if (s.why) s.state = "refused"
      s.addEventListener("change", () => this.#moved(s))
      s.addEventListener("end", () => this.#ended(s))
      return s
    })
    this.sendings.push(...added)
    this.rows.add(added)
    this.count()
    const good = added.filter((s) => !s.over), bad = added.length - good.length
    this.telling.begun(good.length, idle)
    this.telling.say(bad ? `${added.length} chosen, ${bad} not accepted.` : good.length === 1 ? "1 file on the way." : `${good.length} files on the way.`)
    if (desktop.matches) this.naming.open(good.map((s) => ({ key: s.key, name: s.name })))
    this.next()
  }

  // next starts what waits, a few at a time.
  next() {
    let running = this.sendings.filter((s) => ["sending", "checking", "offline"].includes(s.state)).length
    for (const s of this.sendings) {
      if (running >= atOnce) break
      if (s.state === "waiting") { running++; s.start() }
    }
    this.#awake.keep(this.sendings.some((s) => s.moving))
  }

  #moved(s) {
    this.rows.show(s)
    this.count()
    if (s.half || s.over || percent(s) < 50 || performance.now() - s.startedAt < 10_000) return
    s.half = true
    this.telling.halfway(s.name)
  }

  // #find looks for what the server has of a file; again asks it anew.
  async #find(s, again) {
    if (again || !this.page) await this.sync()
    s.before ??= new Set(this.page?.files.map((f) => f.id))
    const others = new Set(this.sendings.filter((o) => o !== s).map((o) => o.id)), files = this.page?.files.filter((f) => f.size === s.file.size && !others.has(f.id)) ?? []
    const part = files.find((f) => f.state === "receiving" && f.fingerprint === s.print && !s.gone.has(f.id))
    if (part || !again || !s.small) return part && { id: part.id }
    const sum = await s.digest(), whole = files.find((f) => f.sha256 === sum && !s.before?.has(f.id))
    return whole && { id: whole.id, whole: true }
  }

  async #ended(s) {
    if (s.state === "done") {
      this.telling.arrived(s.name)
      await this.#untilListed(s)
    } else {
      this.telling.ended()
      this.rows.ignore(s.id) // the list may not know yet that it has ended
      if (s.state !== "refused") this.#forget(s)
    }
    this.next()
  }

  // #untilListed asks until the server's list has the file: it may lag a moment behind the last byte. Where nobody answers
  // the row stays until the list can be asked.
  async #untilListed(s) {
    for (let wait = 50, answered = true; wait < 4000; wait *= 2) {
      answered = await this.sync()
      if (!this.sendings.includes(s)) return
      await new Promise((done) => setTimeout(done, wait))
      if (wait >= 3200 && answered) this.#forget(s) // deleted elsewhere meanwhile
    }
  }

  // #settle gives what has arrived the name that was wished, and leaves its row to the server's list.
  async #settle(s, file) {
    if (s.settling) return
    s.settling = true
    while (s.wish && s.wish !== file.name) {
      const { ok, lost, detail } = await this.#ask("PUT", `files/${s.id}/name`, { name: s.wish })
      if (lost) { await new Promise((done) => setTimeout(done, 2000)); continue }
      if (!ok) this.rows.problem(file, `It could not be named “${s.wish}”. ${detail}`)
      if (!ok) this.telling.say(`${file.name} could not be named “${s.wish}”. ${detail}`)
      await this.sync()
      break
    }
    if (file.renamed || file.same_as) this.telling.say(`${file.name} has arrived${remarks(file, this.page.files)}.`)
    this.naming.move(s.key, s.id)
    this.#forget(s)
    this.#render() // at once: nothing moves under anybody's pointer
  }

  #forget(s) {
    this.sendings = this.sendings.filter((other) => other !== s)
    s.row?.remove()
    this.count()
  }

  // ---- the server's truth

  // sync tells whether the server has answered. An answer that a newer one has overtaken says nothing any more.
  async sync() {
    const question = ++this.#asked, sent = Date.now()
    let answer, body
    try {
      answer = await fetch(this.base, { headers: { Accept: "application/json" }, cache: "no-store" })
      body = await answer.json()
    } catch {
      return false // offline; the next look will tell
    }
    if (question < this.#heard) return true
    this.#heard = question
    if (!body.files) {
      if ([401, 403, 404, 410].includes(answer.status)) this.close(body.detail)
      return answer.status < 500
    }
    this.#set(Date.parse(body.now), sent, Date.now())
    this.#ending = false
    this.telling.stopped(body.files.filter((f) => f.state === "infected"), !this.page)
    this.page = body
    if (body.link.state !== "open") this.close(body.detail ?? this.querySelector("#closed-text").textContent)
    for (const s of this.sendings) {
      const file = s.state === "done" && body.files.find((f) => f.id === s.id && f.state !== "receiving")
      if (file) this.#settle(s, file)
    }
    this.#render()
    this.querySelector("receipt-list").show(body.receipts)
    return true
  }

  // #set learns the server's time: it was now at some moment between the question and its answer. Each answer makes that
  // narrower; one that contradicts tells that our clock was moved.
  #set(now, sent, received) {
    const least = Math.max(this.#skew[0], now - received), most = Math.min(this.#skew[1], now - sent)
    this.#skew = least <= most ? [least, most] : [now - received, now - sent]
  }

  #render() {
    this.rows.render(this.page.files, new Set(this.sendings.map((s) => s.id).filter(Boolean)))
    this.count()
    this.tick()
  }

  count() {
    const files = this.page?.files ?? [], mine = new Set(this.sendings.map((s) => s.id))
    const moving = this.sendings.filter((s) => !s.over).length, done = this.sendings.filter((s) => s.state === "done").length
    const received = done + files.filter((f) => f.state === "received" && !mine.has(f.id)).length, earlier = this.page?.earlier_files ?? 0
    const sent = earlier + files.filter((f) => f.state === "released").length
    const checking = files.filter((f) => f.state === "checking").length, stopped = files.filter((f) => f.state === "infected").length
    set(this.querySelector("#files-count"), [moving && `${moving} on the way`, received && `${received} received`, checking && `${checking} being checked`, sent && `${sent} sent`, stopped && `${stopped} not sent`].filter(Boolean).join(", "))
    this.querySelector("#files-section").hidden = this.rows.empty
    const older = this.querySelector("#earlier")
    older.hidden = earlier === 0
    set(older, earlier === 0 ? "" : `${earlier} ${earlier === 1 ? "more file was" : "more files were"} sent earlier. The receipts name every one.`)
    this.naming.refresh()
  }

  // tick runs the clock from the server's time; the server alone decides (U7).
  tick() {
    let most = 0
    for (const file of this.page?.files ?? []) {
      if (file.state !== "received") continue
      const ms = file.deadline ? Date.parse(file.deadline) - Date.now() - (this.#skew[0] + this.#skew[1]) / 2 : 0
      most = Math.max(most, ms)
      this.rows.tick(file.id, ms)
      if (ms > 0) continue
      this.dialogs.over(file.id)
      if (!this.#ending) { this.#ending = true; setTimeout(() => this.sync(), 700) }
    }
    if (this.page) this.querySelector("#foot").hidden = most <= 0
    if (most > 0) set(this.querySelector("#countdown"), clock(most))
    this.telling.countdown(most, this.page?.files.some((f) => f.state === "checking" || f.state === "received" && ["awaited", "held"].includes(f.scan)))
  }

  // ---- changing

  // #nameable is what can be named: what is on its way from here, and what is in its window.
  #nameable() {
    const mine = this.sendings.filter((s) => !["refused", "cancelled"].includes(s.state)), ids = new Set(mine.map((s) => s.id))
    const there = this.page?.files.filter((f) => f.state === "received" && f.deadline && !ids.has(f.id)) ?? []
    return [...mine.map((s) => ({ key: s.key, name: s.name })), ...there.map((f) => ({ key: f.id, name: f.name }))]
  }

  // #rename resolves to why not. What is on its way gets its name when it has arrived; the server alone judges it.
  async #rename(key, name) {
    const s = this.sendings.find((s) => s.key === key)
    if (s && !s.settling) {
      s.wish = name
      this.rows.show(s)
      return ""
    }
    const { ok, detail } = await this.#ask("PUT", `files/${s?.id ?? key}/name`, { name })
    if (ok) await this.sync()
    return ok ? "" : detail
  }

  // release sends before the time is over (U3); names that were typed go along.
  async release() {
    if (this.naming.changed && !await this.naming.save()) return
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
      return { ok: false, lost: true, detail: "There is no connection just now. Try again in a moment." }
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

  #wake() {
    this.sync()
    for (const s of this.sendings) s.nudge()
    this.#awake.keep(this.sendings.some((s) => s.moving))
  }
}
customElements.define("upload-desk", UploadDesk)
