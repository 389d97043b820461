// <answer-sheet data-key="contact/person/task">: sends each answer of a questionnaire as it is given, keeps it in this browser until
// the server has it, and shows what others answer meanwhile, but for what somebody is typing. Each answer comes back as the
// page that the form leads to. Nobody leaves for #review with an answer that still waits: it goes first, or <p id="review-late">
// says why not. Without script each section has its own button.
import { id } from "./ids.js"

const soon = 1200 // after the last key
const again = 10_000

const inputs = (line) => [...line.querySelectorAll("input, textarea")].filter((i) => i.name && i.type !== "hidden")
const changed = (i) => (i.type === "checkbox" || i.type === "radio" ? i.checked !== i.defaultChecked : i.value !== i.defaultValue)

class AnswerSheet extends HTMLElement {
  #waiting = new Map() // by line: what is to be sent
  #sending = null
  #timer = 0
  #leaving = null // where to, once nothing waits

  connectedCallback() {
    for (const type of ["input", "change", "submit"]) this.addEventListener(type, this)
    document.getElementById("review")?.addEventListener("click", this)
    document.addEventListener("fresh-page", this)
    addEventListener("online", this)
    this.#restore()
  }

  disconnectedCallback() {
    document.removeEventListener("fresh-page", this)
    removeEventListener("online", this)
    clearTimeout(this.#timer)
  }

  handleEvent(event) {
    const line = event.target.closest?.("[data-line]")
    switch (event.type) {
      case "click":
        return this.#leave(event)
      case "fresh-page":
        return void (this.#sending || this.#follow(event.detail))
      case "online":
        return this.#next()
      case "submit":
        if (!event.target.elements.section) return // a file's own button
        event.preventDefault()
        return this.#submit(event.target, event.submitter)
      default:
        if (!line || !event.target.name) return
        this.#answer(line)
        this.#later(event.type === "input" && /^(text|textarea)$/.test(event.target.type) ? soon : 0)
    }
  }

  get #name() { return `portico-sheet/${this.dataset.key}` }

  #keep() {
    try {
      if (this.#waiting.size) localStorage.setItem(this.#name, JSON.stringify({ at: location.pathname + location.search, waiting: [...this.#waiting] }))
      else localStorage.removeItem(this.#name)
    } catch {} // no storage here: answers wait in the page only
  }

  #restore() {
    try { this.#waiting = new Map(JSON.parse(localStorage.getItem(this.#name))?.waiting) } catch {}
    for (const [place, body] of this.#waiting) {
      const line = document.getElementById(`line-${place}`)
      const values = line && new URLSearchParams(body)
      if (!values) {
        this.#waiting.delete(place) // it is asked no more
        continue
      }
      for (const i of inputs(line)) {
        if (i.type === "checkbox" || i.type === "radio") i.checked = values.getAll(i.name).includes(i.value)
        else i.value = values.get(i.name) ?? i.value
      }
    }
    this.#next()
  }

  // answer notes what a line says now; it gets a command of its own each time.
  #answer(line) {
    const form = line.closest("form")
    const body = new URLSearchParams({ command: id(), section: form.elements.section.value, do: "save" })
    for (const i of line.querySelectorAll("input, textarea")) {
      if (i.name && (i.checked || !/^(checkbox|radio)$/.test(i.type))) body.append(i.name, i.value)
    }
    this.#waiting.set(line.dataset.line, body.toString())
    this.#keep()
  }

  // leave sends what waits before it goes on.
  #leave(event) {
    if (!this.#waiting.size && !this.#sending) return
    event.preventDefault()
    this.#leaving = event.currentTarget.href
    this.#late("waits")
    this.#later(0)
  }

  // on goes where somebody wanted to, unless what they see needs them here.
  #on() {
    if (this.#waiting.size) return
    if (!this.#leaving) return this.#late("")
    const refused = this.querySelector(".field__error")
    if (!refused) return location.assign(this.#leaving)
    this.#stay("")
    inputs(refused.closest("[data-line]") ?? this)[0]?.focus()
  }

  #stay(word) {
    if (!this.#leaving) return
    this.#leaving = null
    this.#late(word)
  }

  #late(word) {
    const note = document.getElementById("review-late")
    note.hidden = !word
    note.querySelector("span").textContent = word && note.dataset[word]
  }

  #later(after) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#next(), after)
  }

  #next() {
    const [place] = this.#waiting.keys()
    if (this.#sending || !place) return
    const body = this.#waiting.get(place)
    const form = document.getElementById(`line-${place}`)?.closest("form") ?? this.querySelector("form")
    this.#say(place, "saving")
    this.#post(form, body, (page) => {
      if (this.#waiting.get(place) === body) this.#waiting.delete(place)
      this.#keep()
      this.#follow(page, place)
      this.#next()
      this.#on()
    }, () => this.#say(place, "kept"))
  }

  // submit sends a whole section by one of its buttons: a row more, all of it still right.
  #submit(form, button) {
    const body = new URLSearchParams(new FormData(form))
    if (button?.name) body.set(button.name, button.value)
    const lines = [...form.querySelectorAll("[data-line]")].map((line) => line.dataset.line)
    if (this.#sending) return this.#later(0)
    this.#post(form, body.toString(), (page) => {
      for (const place of lines) this.#waiting.delete(place)
      this.#keep()
      this.#follow(page, ...lines)
      this.#next()
      this.#on()
    }, () => {
      for (const line of form.querySelectorAll("[data-line]")) if (inputs(line).some(changed)) this.#answer(line)
      this.#later(again)
    })
  }

  #post(form, body, done, failed) {
    const ask = new XMLHttpRequest() // it follows to the page that the answer leads to
    const lost = () => {
      this.#sending = null
      failed()
      this.#stay("kept")
      this.#later(again)
    }
    this.#sending = ask
    ask.responseType = "document"
    ask.timeout = 30000
    ask.onload = () => {
      const page = ask.response
      if (page?.getElementById("sign-in")) return location.reload() // the answers wait for who comes back
      if (ask.status >= 500 || !page?.getElementById("sheet")) return lost()
      this.#sending = null
      done(page)
    }
    ask.onerror = ask.ontimeout = lost
    ask.open("POST", form.action)
    ask.setRequestHeader("Content-Type", "application/x-www-form-urlencoded")
    ask.send(body)
  }

  // follow shows a newer page. Lines that wait to be sent, or that somebody is at work in, stay as they are.
  #follow(page, ...sent) {
    const fresh = page.querySelector("answer-sheet")
    if (!fresh) return location.reload() // it takes no more answers
    const held = (line) => !sent.includes(line.dataset.line) && (this.#waiting.has(line.dataset.line) || line.contains(document.activeElement) || inputs(line).some(changed))
    this.#align(this, fresh, "[data-section]", () => false, (mine, theirs) => {
      for (const part of [".card__head", ".form__foot", "[data-forms]"]) this.#part(mine, theirs, part)
      mine.querySelector("[name=command]").value = theirs.querySelector("[name=command]").value
      this.#align(mine.querySelector("fieldset"), theirs.querySelector("fieldset"), "[data-line]", held, (line, news) => {
        if (line.querySelector("[data-line-files]")) return this.#files(line, news)
        const busy = line.contains(document.activeElement)
        if (busy && sent.includes(line.dataset.line)) return this.#settle(line, news)
        if (busy || held(line) || line.isEqualNode(news)) return
        line.replaceWith(document.importNode(news, true))
      })
    })
    for (const place of sent) if (!this.#waiting.has(place)) this.#say(place, document.querySelector(`[id="line-${place}"] .field__error`) ? "" : "saved")
  }

  // settle brings the line that somebody is in up to what was sent, without touching what they type.
  #settle(line, news) {
    line.querySelector(".field__error")?.remove()
    const problem = news.querySelector(".field__error")
    if (problem) line.querySelector(".sheet__state").before(document.importNode(problem, true))
    for (const mine of inputs(line)) {
      const theirs = inputs(news).find((i) => i.name === mine.name && (i.value === mine.value || !/^(checkbox|radio)$/.test(i.type)))
      mine.toggleAttribute("aria-invalid", !!problem)
      if (!problem && theirs) [mine.defaultValue, mine.defaultChecked] = [theirs.defaultValue, theirs.defaultChecked]
    }
    for (const gone of line.querySelectorAll(".sheet__unsure, [data-note]")) gone.remove()
  }

  // files shows which files a question has by now; those on their way stay as they are.
  #files(line, news) {
    const had = line.querySelector("[data-line-files]"), has = news.querySelector("[data-line-files]")
    if (!has) return line.replaceWith(document.importNode(news, true))
    if (!had.isEqualNode(has)) had.replaceWith(document.importNode(has, true))
    line.querySelector("[data-line-add]")?.toggleAttribute("data-full", !!news.querySelector("[data-full]"))
  }

  #part(mine, theirs, name) {
    const [a, b] = [mine.querySelector(name), theirs.querySelector(name)]
    if (a && b && !a.isEqualNode(b) && !a.contains(document.activeElement)) a.replaceWith(document.importNode(b, true))
  }

  // align lets mine have the same children as theirs, in the same order; those on both sides meet.
  #align(mine, theirs, kind, held, meet) {
    const ids = new Set([...theirs.querySelectorAll(kind)].map((n) => n.id))
    for (const old of mine.querySelectorAll(kind)) if (!ids.has(old.id) && !held(old)) old.remove()
    let before = null
    for (const news of theirs.querySelectorAll(kind)) {
      const here = document.getElementById(news.id)
      if (here && mine.contains(here)) meet(here, news)
      else {
        const made = document.importNode(news, true)
        if (before) before.after(made)
        else mine.querySelector(kind) ? mine.querySelector(kind).before(made) : mine.append(made)
      }
      before = document.getElementById(news.id)
    }
  }

  #say(place, word) {
    const state = document.getElementById(`line-${place}`)?.querySelector(".sheet__state")
    if (!state) return
    state.textContent = this.dataset[word] ?? ""
    state.toggleAttribute("data-bad", word === "kept")
  }
}
customElements.define("answer-sheet", AnswerSheet)
