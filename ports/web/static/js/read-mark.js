// <read-mark><form …><input name="upto" …><button>…</button></form></read-mark>: sends its form once the message that it
// names has been before somebody's eyes for a moment. Without script its button does.
const moment = 1500
const sent = new Set() // the region around may draw the same mark again

class ReadMark extends HTMLElement {
  #timer = 0
  #observer = null

  connectedCallback() {
    const message = document.getElementById(`message-${this.upto}`)
    if (!message) return
    this.#observer = new IntersectionObserver((seen) => this.#wait(seen.at(-1).isIntersecting))
    this.#observer.observe(message)
  }

  disconnectedCallback() {
    this.#observer?.disconnect()
    clearTimeout(this.#timer)
  }

  get upto() { return this.querySelector("[name=upto]").value }

  #wait(inView) {
    clearTimeout(this.#timer)
    if (inView && !sent.has(this.upto)) this.#timer = setTimeout(() => this.#tell(), moment)
  }

  async #tell() {
    if (document.visibilityState !== "visible") return this.#wait(true)
    const form = this.querySelector("form")
    const { upto } = this
    sent.add(upto)
    try {
      await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" })
    } catch {
      sent.delete(upto) // offline: the next look tries again
    }
  }
}
customElements.define("read-mark", ReadMark)
