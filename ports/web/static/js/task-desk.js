// <task-desk>: the files of a task. The list is the server's and is fetched anew; what is on its way from this page stands
// below it, each file with its own progress, retry and end (S2.i6), and not in the list as well. Files of a message, and of an
// item, stand where those are. What is handed over by <form id="answers"> waits for its files; <p data-hand="ITEM"> says so.
// Without script the same card works with a plain form.
import { Awake } from "./awake.js"
import { id } from "./ids.js"
import { listen } from "./picking.js"
import { Sending } from "./sending.js"
import { endings, icon, set } from "./words.js"

const atOnce = 3 // transfers side by side
const symbols = { refused: "circle-alert", offline: "hourglass", waiting: "hourglass", paused: "pause" }
const shown = { offline: "waiting", checking: "sending", done: "received" } // the states that styles know

class TaskDesk extends HTMLElement {
  #sendings = []
  #landing = new Map() // files of items that have arrived, and that the page doesn't show yet
  #handing = "" // the button that was pressed while files were on their way
  #awake = new Awake()

  connectedCallback() {
    this.words = JSON.parse(this.dataset.words)
    for (const el of this.querySelectorAll(".js-only")) el.hidden = false
    document.querySelector("#plain")?.remove()
    this.#prepare()
    listen(this, { add: (files, _, event) => this.add(files, this.#meant(event)), folders: (names) => names.forEach((n) => this.#say(this.#tell("folder", n))) })
    if (!this.dataset.base) return
    const { base, accept, maxBytes } = this.dataset
    Object.assign(this, { base, accept: accept.split(","), most: Number(maxBytes), list: this.querySelector("#sendings") })
    document.addEventListener("fresh-page", () => { this.#prepare(); this.#veil(); this.#landed() })
    document.addEventListener("submit", (e) => this.#hands(e))
    document.addEventListener("click", (e) => e.target.closest("[data-attach-item] button")?.parentElement.querySelector("input").click())
    document.addEventListener("change", (e) => this.#chosen(e.target))
    this.#clip()
    addEventListener("beforeunload", (e) => { if (this.#sendings.some((s) => s.moving)) e.preventDefault() })
    addEventListener("online", () => this.#wake())
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#wake() })
  }

  // #prepare shows what works with script, and takes away what is for pages without, in items that may be shown anew.
  #prepare() {
    for (const el of document.querySelectorAll("[data-attach-plain]")) el.remove()
    if (this.dataset.base) for (const box of document.querySelectorAll("[data-attach-item]")) box.hidden = false
  }

  // #chosen takes the files that were chosen for an item of a request.
  #chosen(pick) {
    const item = pick.closest("[data-attach-item]")?.dataset.attachItem
    if (!item || pick.type !== "file") return
    const files = [...pick.files]
    pick.value = ""
    this.add(files, { item })
  }

  // #clip lets files be added to the message that is being written: by its button, and by pasting into it (S2.11).
  #clip() {
    const pick = document.querySelector("#clip-pick")
    if (!pick) return
    document.addEventListener("click", (e) => { if (e.target.closest("[data-clip-add]")) pick.click() })
    pick.addEventListener("change", () => {
      const files = [...pick.files]
      pick.value = ""
      this.add(files, this.#meant({ target: pick }))
    })
    document.addEventListener("paste", (e) => {
      const files = [...e.clipboardData?.files ?? []], to = this.#meant(e)
      if (!files.length || !to.message || e.clipboardData.types.includes("text/plain")) return
      e.preventDefault()
      this.add(files, to)
    })
    document.addEventListener("clip-fresh", () => { // the box has a new form, which names what waits for its message
      for (const s of this.#sendings.filter((s) => s.clip && s.state === "done")) this.#forget(s, 0)
      this.#veil()
    })
  }

  // #veil leaves out of the server's list what stands in this page's own.
  #veil() {
    const own = new Set(this.#sendings.map((s) => s.id))
    for (const row of document.querySelectorAll(".file[id^=file-]")) row.hidden = own.has(row.id.slice("file-".length))
  }

  // #hands keeps what is handed over, or kept, until the files of its item are there, and those that leaving would end.
  #hands(event) {
    if (event.target.id !== "answers") return
    const deed = event.submitter?.value ?? ""
    this.#handing = this.#late(deed) ? deed : ""
    if (!this.#handing) return
    event.preventDefault()
    this.#tellLate("waits")
  }

  // #late tells that something is on its way that "return:ITEM", or "all", waits for.
  #late(deed) {
    const [what, one] = deed.split(":"), hands = what === "return" || what === "all"
    const its = (item) => hands && item && (what === "all" || item === one)
    const checked = [...document.querySelectorAll(".file[data-awaited]")].map((row) => row.closest("live-region")?.id.slice("item-files-".length))
    return this.#sendings.some((s) => s.moving || !s.over && its(s.item)) || [...this.#landing.values(), ...checked].some(its)
  }

  // #landed notes which files the page shows by now.
  #landed() {
    for (const id of [...this.#landing.keys()]) {
      const state = document.getElementById(`file-${id}`)?.dataset.state ?? "receiving"
      if (state !== "receiving") this.#landing.delete(id)
    }
    this.#hand()
  }

  // #hand goes on once the files are there, or stops where one of them will not come.
  #hand() {
    const deed = this.#handing, item = deed.split(":")[1]
    if (!deed || this.#late(deed)) return
    const lost = this.#sendings.some((s) => s.state === "refused" && s.item && (!item || s.item === item)) ||
      document.querySelector(`[id^="item-files-${item ?? ""}"] [data-state=infected]`) !== null
    if (lost) this.#tellLate("halted")
    this.#handing = ""
    if (lost) return
    const button = document.querySelector(`[form=answers][value="${deed}"]`)
    button?.form.requestSubmit(button)
  }

  #tellLate(word) {
    for (const note of document.querySelectorAll("[data-hand]")) {
      note.hidden = !this.#handing || note.dataset.hand !== (this.#handing.split(":")[1] ?? "all")
      note.querySelector("span").textContent = note.dataset[word]
    }
  }

  // #meant is where files go that somebody has dropped, pasted or chosen somewhere.
  #meant(event) {
    const message = event?.target.closest?.("draft-box")?.querySelector("form")?.elements.message?.value
    return message && document.querySelector("#clip-pick") ? { message } : {}
  }

  // clipping tells how many files of the message are on their way.
  get clipping() { return this.#sendings.filter((s) => s.clip && !s.over).length }

  // add takes files for the task, or for one item of it, or for the message that is being written.
  add(files, { item = "", message = "" } = {}) {
    if (!this.base) return
    const about = item ? { item } : message ? { message } : this.querySelector("#only-practice")?.checked ? { audience: "practice" } : {}
    const list = item ? document.querySelector(`[data-attach-list="${item}"]`) : message ? document.querySelector("#clip-list") : this.list
    for (const file of files) {
      const s = new Sending(file, { base: this.base, find: (...of) => this.#find(...of), about, words: this.words })
      Object.assign(s, { item, list, clip: Boolean(message) })
      s.why = this.#refusal(file)
      if (s.why) Object.assign(s, { state: "refused", code: "file.refused" })
      s.row = this.querySelector("#sending-row").content.firstElementChild.cloneNode(true)
      s.addEventListener("change", () => this.#show(s))
      s.addEventListener("end", () => this.#ended(s))
      this.#sendings.push(s)
      list.append(s.row)
      this.#show(s)
    }
    list.hidden = false
    this.#say(this.#tell("way", files.length))
    this.#next()
  }

  // #refusal is why a file is not accepted, or "" (S1.i10).
  #refusal(file) {
    const ending = endings(file.name)[1].toLowerCase()
    if (!this.accept.includes(ending)) return this.#tell("type", ending || file.name)
    if (file.size > this.most) return this.#tell("large", this.words.limit)
    return file.size === 0 ? this.words.nothing : ""
  }

  #next() {
    let running = this.#sendings.filter((s) => ["sending", "checking", "offline"].includes(s.state)).length
    for (const s of this.#sendings) {
      if (running >= atOnce) break
      if (s.state === "waiting") { running++; s.start() }
    }
    this.#awake.keep(this.#sendings.some((s) => s.moving))
  }

  // #find looks for what the server has of a file: a part of it, or all where the answer was lost.
  async #find(s, again) {
    let files = []
    try {
      const answer = await fetch(`${this.base}files`, { headers: { Accept: "application/json" }, cache: "no-store" })
      files = (await answer.json()).files ?? []
    } catch { return undefined } // offline; the next try asks again
    s.before ??= new Set(files.filter((f) => f.state === "received").map((f) => f.id))
    const others = new Set(this.#sendings.filter((o) => o !== s).map((o) => o.id))
    files = files.filter((f) => f.size === s.file.size && !others.has(f.id) && !s.gone.has(f.id) && (f.item ?? "") === s.item)
    const part = files.find((f) => f.state === "receiving" && f.fingerprint === s.print)
    if (part || !again || !s.small) return part && { id: part.id }
    const sum = await s.digest(), whole = files.find((f) => f.state === "received" && f.sha256 === sum && !s.before.has(f.id))
    return whole && { id: whole.id, whole: true }
  }

  #ended(s) {
    if (s.state === "done") {
      this.#say(this.#tell("arrived", s.file.name))
      if (s.item) this.#landing.set(s.id, s.item)
      if (s.clip) this.#enclose(s)
      else this.#forget(s, 1500)
      document.dispatchEvent(new Event("page-changed"))
    } else if (s.state === "refused") {
      this.#say(`${s.file.name}: ${s.why}`)
    } else {
      this.#forget(s, 0)
    }
    this.#next()
    this.#hand()
    if (s.clip && !this.clipping) this.#settle(s.state !== "refused")
  }

  // #settle tells the message that all of its files have arrived, or that one of them won't.
  #settle(arrived) { document.dispatchEvent(new CustomEvent("clip-settled", { detail: { arrived: arrived && !this.#sendings.some((s) => s.clip && s.state === "refused") } })) }

  // #enclose makes a file that has arrived one of the message's: its form names it, and has a button that takes it out.
  #enclose(s) {
    const box = s.row.querySelector(".file__buttons"), named = document.createElement("input"), button = this.#button(s, "x", `${this.words.takeout} ${s.file.name}`, () => {})
    Object.assign(named, { type: "hidden", name: "file", value: s.id })
    Object.assign(button, { type: "submit", name: "drop", value: s.id })
    for (const el of [named, button]) el.setAttribute("form", "talk-form")
    box.replaceChildren(button)
    s.row.append(named)
  }

  // #forget leaves the row to the server's list, which has it by then.
  #forget(s, after) {
    setTimeout(() => {
      this.#sendings = this.#sendings.filter((o) => o !== s)
      s.row.remove()
      s.list.hidden = s.list.children.length === 0
      this.#veil()
    }, after)
  }

  #show(s) {
    if (s.veiled !== s.id) this.#veil()
    s.veiled = s.id
    s.row.dataset.state = shown[s.state] ?? s.state
    set(s.row.querySelector(".file__name"), s.file.name)
    set(s.row.querySelector(".file__note"), this.#note(s))
    const use = s.row.querySelector(".file__mark use"), href = `${this.dataset.icons}#${symbols[s.state] ?? icon(s.file.name)}`
    if (use.getAttribute("href") !== href) use.setAttribute("href", href)
    const bar = s.row.querySelector("progress"), percent = Math.floor(s.sent / s.file.size * 100) || 0
    bar.hidden = s.over
    bar.value = percent
    bar.setAttribute("aria-label", s.file.name)
    this.#steer(s)
    this.#explain(s)
  }

  // #explain shows with a refused file all that helps to find out why, and tells it to the practice with one click (S2.17, S2.i9).
  #explain(s) {
    const there = s.row.querySelector(".file__facts")
    if (s.state !== "refused") return there?.remove()
    if (there) return set(there.firstElementChild, this.#facts(s))
    const box = document.createElement("div"), facts = document.createElement("p"), tell = document.createElement("button"), told = document.createElement("p")
    box.className = "file__facts"
    facts.textContent = this.#facts(s)
    told.setAttribute("role", "status")
    Object.assign(tell, { type: "button", className: "btn btn--small", textContent: this.words.tell })
    tell.addEventListener("click", () => this.#report(s, tell, told))
    box.append(facts)
    if (this.base.startsWith("/portal/") && document.querySelector("draft-box form")) box.append(tell, told)
    s.row.querySelector(".file__body").append(box)
  }

  #facts(s) {
    const w = this.words, kind = s.file.type || endings(s.file.name)[1] || "?"
    s.at ??= new Date().toISOString()
    return [`${w.file}: ${s.file.name}`, `${w.kind}: ${kind}`, `${w.size}: ${s.file.size}`, `${w.time}: ${s.at}`, `${w.code}: ${s.code || "?"}`].join("\n")
  }

  // #report copies what happened, and sends it as a message beside the one that is being written. Again it is the same one.
  async #report(s, tell, told) {
    const text = `${this.#facts(s)}\n${s.why}`
    s.report ??= { command: id(), message: id() }
    navigator.clipboard?.writeText(text).catch(() => {}) // it is sent all the same
    tell.disabled = true
    const arrived = await document.querySelector("draft-box")?.tell(text, s.report)
    tell.disabled = false
    told.textContent = arrived ? this.words.told : this.words.untold
    if (!arrived) return
    tell.remove()
    document.dispatchEvent(new Event("page-changed"))
  }

  #note(s) {
    switch (s.state) {
      case "sending": return this.#tell("sending", `${Math.floor(s.sent / s.file.size * 100) || 0} %`)
      case "offline": return s.why ? `${this.words.offline} ${s.why}` : this.words.offline
      case "done": return this.words.received
      case "refused": return s.why
      default: return this.words[s.state] ?? ""
    }
  }

  // #steer gives a file the buttons that fit its state.
  #steer(s) {
    const acts = {
      pause: ["pause", () => { s.pause(); this.#next() }], resume: ["play", () => s.start()], again: ["rotate-cw", () => s.nudge()], cancel: ["x", () => s.cancel()],
      copy: ["copy", () => this.#copy(s)], dismiss: ["x", () => this.#forget(s, 0)],
    }
    const first = { paused: "resume", offline: "again" }[s.state] ?? "pause"
    const wants = s.state === "refused" ? ["copy", "dismiss"] : s.over || s.state === "checking" ? [] : [first, "cancel"]
    const box = s.row.querySelector(".file__buttons")
    if (s.clip && s.state === "done") return
    if (box.dataset.has === wants.join()) return
    const held = box.contains(document.activeElement)
    box.dataset.has = wants.join()
    box.replaceChildren(...wants.map((w) => this.#button(s, acts[w][0], `${this.words[w]} ${s.file.name}`, acts[w][1])))
    if (held) (box.firstElementChild ?? document.querySelector(s.clip ? "[data-clip-add]" : "#add-file")).focus()
  }

  #button(s, symbol, label, act) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "btn btn--quiet btn--icon"
    button.setAttribute("aria-label", label)
    const svg = s.row.querySelector(".file__mark svg").cloneNode(true)
    svg.firstElementChild.setAttribute("href", `${this.dataset.icons}#${symbol}`)
    button.append(svg)
    button.addEventListener("click", act)
    return button
  }

  // #copy puts what happened into the clipboard. Where that is refused, it stands in the row.
  async #copy(s) {
    try {
      await navigator.clipboard.writeText(`${this.#facts(s)}\n${s.why}`)
      this.#say(this.words.copied)
    } catch {
      getSelection().selectAllChildren(s.row.querySelector(".file__facts").firstElementChild)
    }
  }

  #tell(key, value) { return this.words[key].replace("{1}", value) }
  #say(text) { const el = this.querySelector("#attach-status"); if (el) el.textContent = text }

  #wake() {
    for (const s of this.#sendings) s.nudge()
    this.#awake.keep(this.#sendings.some((s) => s.moving))
  }
}
customElements.define("task-desk", TaskDesk)
