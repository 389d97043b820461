// <draft-box data-key="staff/person/task"><form …><textarea …></textarea></form><p data-failed hidden>…</p></draft-box>: keeps
// what is being written in this browser until the server has it, and sends it without leaving the page. The ids of the form
// are kept with the text: sent again, it is the same message. Files of the message are on their way by <task-desk>; the
// message waits for them. Without script the form sends itself, with its files.
const failures = (box) => box.querySelector("[data-failed]")

class DraftBox extends HTMLElement {
  #chosen = false // somebody has said who reads it
  #waiting = null // the button that was pressed while files were on their way

  connectedCallback() {
    this.addEventListener("input", this)
    this.addEventListener("submit", this)
    document.addEventListener("fresh-page", this)
    document.addEventListener("clip-settled", this)
    this.#prepare()
    this.#restore()
  }

  disconnectedCallback() { for (const name of ["fresh-page", "clip-settled"]) document.removeEventListener(name, this) }

  handleEvent(event) {
    if (event.type === "fresh-page") return this.#follow(event.detail.querySelector("draft-box form")?.elements.talk)
    if (event.type === "clip-settled") return this.#settled(event.detail)
    if (event.type === "input") {
      this.#chosen ||= event.target.name === "talk"
      return this.#keep()
    }
    event.preventDefault()
    this.#send(event.submitter)
  }

  // #prepare makes of a form that sends its files itself one that names those which have come before it.
  #prepare() {
    const form = this.#form
    if (!form?.dataset.action) return
    form.action = form.dataset.action
    for (const plain of form.querySelectorAll("[data-clip-plain]")) plain.remove()
    for (const add of form.querySelectorAll("[data-clip-add], [data-clip-again]")) add.hidden = false // the page can be left: what is typed is kept
  }

  // #settled goes on once the files are there, or stops where one of them will not come.
  #settled({ arrived }) {
    const button = this.#waiting
    if (!button) return
    this.#wait(null)
    if (arrived) return this.#send(button)
    this.#note("halted", true)
  }

  #wait(button) {
    this.#waiting = button
    this.toggleAttribute("data-waiting", Boolean(button))
    this.#note("waits", Boolean(button))
  }

  #note(name, on) {
    const note = this.querySelector(`[data-${name}]`)
    if (note) note.hidden = !on
  }

  // follow lets an answer that nobody has begun go where the newest question came from.
  #follow(talk) {
    const mine = this.#form?.elements
    if (talk && mine.talk && !this.#chosen && !mine.text.value) mine.talk.value = talk.value
  }

  get #form() { return this.querySelector("form") }

  get #name() { return `portico-draft/${this.dataset.key}` }

  #keep() {
    const { text, talk, task, command, message } = Object.fromEntries(new FormData(this.#form))
    const mentions = [...this.#form.querySelectorAll("[name=mention]:checked")].map((box) => box.value)
    const here = location.pathname + location.search + "#talk-form" // where it can be sent from
    try {
      if (text.trim()) localStorage.setItem(this.#name, JSON.stringify({ at: here, text, talk, task, command, message, mentions }))
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
    for (const box of this.querySelectorAll("[name=mention]")) box.checked = draft.mentions?.includes(box.value)
    for (const [name, value] of Object.entries(draft)) if (value && elements[name]) elements[name].value = value
  }

  #send(button) {
    const form = this.#form, drop = button?.name === "drop" ? button : null
    if (this.dataset.state || !form) return
    this.#keep()
    this.#note("halted", false)
    if (!drop && document.querySelector("task-desk")?.clipping) return this.#wait(button ?? form)
    this.dataset.state = "sending"
    failures(this).hidden = true
    const ask = new XMLHttpRequest() // it follows to the page that the answer leads to
    ask.responseType = "document"
    ask.timeout = 30000
    ask.onload = () => this.#answered(ask, drop)
    ask.onerror = ask.ontimeout = () => this.#failed()
    ask.open("POST", form.action)
    ask.send(new URLSearchParams(new FormData(form, drop)))
  }

  // tell sends a text beside the one that is being written, and says whether it has arrived. With the same ids, of command
  // and message, it is the same message.
  async tell(text, ids) {
    if (!this.#form) return false
    const fields = new FormData(this.#form)
    for (const name of ["file", "mention"]) fields.delete(name)
    for (const [name, value] of Object.entries({ text, ...ids })) fields.set(name, value)
    try {
      const answer = await fetch(this.#form.action, { method: "POST", body: new URLSearchParams(fields) })
      return answer.ok && new URL(answer.url).pathname === location.pathname // and not the page where one signs in
    } catch {
      return false
    }
  }

  #answered(ask, drop) {
    const page = ask.response
    if (page?.getElementById("sign-in")) return location.reload() // the text waits for who comes back
    const fresh = page?.querySelector("draft-box form")
    if (ask.status >= 500 || !page?.getElementById("thread")) return this.#failed()
    delete this.dataset.state
    if (ask.status < 300 && !drop) this.#forget()
    for (const id of ["thread", "attachment-list"]) document.getElementById(id)?.show?.(page)
    document.dispatchEvent(new Event("clip-fresh"))
    if (!fresh) return this.#form.remove() // it takes no more
    this.#form.replaceWith(document.importNode(fresh, true))
    this.#prepare()
    this.#chosen = false
    if (ask.status >= 300 || drop) this.#keep()
    this.#form.elements.text.focus()
  }

  #failed() {
    delete this.dataset.state
    failures(this).hidden = false
  }
}
customElements.define("draft-box", DraftBox)
