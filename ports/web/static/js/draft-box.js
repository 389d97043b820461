// <draft-box data-key="person/task"><form …><textarea …></textarea></form><p data-failed hidden>…</p></draft-box>: keeps
// what is being written in this browser until the server has it, and sends it without leaving the page. The ids of the form
// are kept with the text: sent again, it is the same message. Without script the form sends itself.
const failures = (box) => box.querySelector("[data-failed]")

class DraftBox extends HTMLElement {
  #chosen = false // somebody has said who reads it

  connectedCallback() {
    this.addEventListener("input", this)
    this.addEventListener("submit", this)
    document.addEventListener("fresh-page", this)
    this.#restore()
  }

  disconnectedCallback() { document.removeEventListener("fresh-page", this) }

  handleEvent(event) {
    if (event.type === "fresh-page") return this.#follow(event.detail.querySelector("draft-box form")?.elements.talk)
    if (event.type === "input") {
      this.#chosen ||= event.target.name === "talk"
      return this.#keep()
    }
    event.preventDefault()
    this.#send()
  }

  // follow lets an answer that nobody has begun go where the newest question came from.
  #follow(talk) {
    const mine = this.#form?.elements
    if (talk && mine.talk && !this.#chosen && !mine.text.value) mine.talk.value = talk.value
  }

  get #form() { return this.querySelector("form") }

  get #name() { return `portico-draft/${this.dataset.key}` }

  #keep() {
    const { text, talk, command, message } = Object.fromEntries(new FormData(this.#form))
    try {
      if (text.trim()) localStorage.setItem(this.#name, JSON.stringify({ text, talk, command, message }))
      else localStorage.removeItem(this.#name)
    } catch {} // no storage here: the text stays in the box only
  }

  #forget() {
    try { localStorage.removeItem(this.#name) } catch {}
  }

  #restore() {
    let draft = null
    try { draft = JSON.parse(localStorage.getItem(this.#name)) } catch {}
    const { elements } = this.#form
    if (!draft?.text) return
    if (document.getElementById(`message-${draft.message}`)) return this.#forget() // it has arrived
    if (elements.text.value) return // the server has handed back what was typed
    for (const [name, value] of Object.entries(draft)) if (value && elements[name]) elements[name].value = value
  }

  #send() {
    const form = this.#form
    if (this.dataset.state || !form) return
    this.#keep()
    this.dataset.state = "sending"
    failures(this).hidden = true
    const ask = new XMLHttpRequest() // it follows to the page that the answer leads to
    ask.responseType = "document"
    ask.timeout = 30000
    ask.onload = () => this.#answered(ask)
    ask.onerror = ask.ontimeout = () => this.#failed()
    ask.open("POST", form.action)
    ask.send(new URLSearchParams(new FormData(form)))
  }

  #answered(ask) {
    const page = ask.response
    if (page?.getElementById("sign-in")) return location.reload() // the text waits for who comes back
    const fresh = page?.querySelector("draft-box form")
    if (ask.status >= 500 || !page?.getElementById("thread")) return this.#failed()
    delete this.dataset.state
    if (ask.status < 300) this.#forget()
    document.getElementById("thread")?.show?.(page)
    if (!fresh) return this.#form.remove() // it takes no more
    this.#form.replaceWith(document.importNode(fresh, true))
    this.#chosen = false
    if (ask.status >= 300) this.#keep()
    this.#form.elements.text.focus()
  }

  #failed() {
    delete this.dataset.state
    failures(this).hidden = false
  }
}
customElements.define("draft-box", DraftBox)
