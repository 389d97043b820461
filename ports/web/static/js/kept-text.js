// <kept-text data-key="contact/person/task">…</kept-text>: keeps in this browser what is typed into the fields within it until the
// server has it: through a line that is down, a session that has ended, and every other button of the page. What the page has
// no field for any more stands in [data-untaken], to be copied or thrown away. Without a line nothing is sent into the void:
// [data-offline] says so. Messages and questionnaires are kept by elements of their own (draft-box.js, answer-sheet.js).
const own = "draft-box, answer-sheet, .said__acts"

class KeptText extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this)
    this.addEventListener("click", this)
    document.addEventListener("submit", this)
    addEventListener("online", this)
    this.#restore()
  }

  disconnectedCallback() {
    document.removeEventListener("submit", this)
    removeEventListener("online", this)
  }

  handleEvent(event) {
    switch (event.type) {
      case "submit":
        return this.#leave(event)
      case "online":
        return void (this.#offline.hidden = true)
      case "click":
        return event.target.closest("[data-drop]") && this.#drop()
      default:
        if (event.target.matches("textarea[name]") && !event.target.closest(own)) this.#keep(event.target)
    }
  }

  get #name() { return `portico-text/${this.dataset.key}` }

  get #offline() { return this.querySelector("[data-offline]") }

  get #texts() {
    try {
      return JSON.parse(localStorage.getItem(this.#name))?.texts ?? {}
    } catch {
      return {}
    }
  }

  #store(texts) {
    try {
      if (Object.keys(texts).length) localStorage.setItem(this.#name, JSON.stringify({ at: location.pathname + location.search, texts }))
      else localStorage.removeItem(this.#name)
    } catch {} // no storage here: the text stays in its field only
  }

  #keep(field) {
    const texts = this.#texts
    delete texts[field.name]
    if (field.value.trim() && field.value !== field.defaultValue) texts[field.name] = { text: field.value, was: field.defaultValue }
    this.#store(texts)
  }

  // #restore gives back what the server hasn't got. Where it has something else by now, it comes below that.
  #restore() {
    const texts = this.#texts, untaken = []
    const same = (a, b) => a.trim().replace(/\r\n/g, "\n") === b.trim()
    for (const [name, { text, was }] of Object.entries(texts)) {
      const field = this.querySelector(`textarea[name="${CSS.escape(name)}"]`)
      if (field && same(field.value, text) || [...this.querySelectorAll(".typed")].some((p) => same(p.textContent, text))) delete texts[name]
      else if (field) field.value = same(field.value, was) ? text : `${field.value}\n\n${text}`
      else untaken.push(text)
    }
    this.#store(texts)
    const box = this.querySelector("[data-untaken]")
    box.querySelector("[data-text]").textContent = untaken.join("\n\n")
    box.hidden = !untaken.length
  }

  #drop() {
    const texts = this.#texts
    for (const name of Object.keys(texts)) if (!this.querySelector(`textarea[name="${CSS.escape(name)}"]`)) delete texts[name]
    this.#store(texts)
    this.querySelector("[data-untaken]").hidden = true
  }

  #leave(event) {
    if (event.defaultPrevented || navigator.onLine || event.target.method !== "post") return
    event.preventDefault()
    const note = this.#offline
    note.hidden = false
    if (event.submitter) event.submitter.closest(".form__foot, li, form")?.after(note)
    note.scrollIntoView({ block: "nearest" })
  }
}
customElements.define("kept-text", KeptText)
