// <seen-mark hidden><form …></form></seen-mark>: sends its form once the page is before somebody's eyes. Getting a page says
// nothing of that: browsers fetch pages ahead. Without script nothing is said; what is done on the page tells it all the same.
class SeenMark extends HTMLElement {
  connectedCallback() {
    document.addEventListener("visibilitychange", this)
    this.handleEvent()
  }

  disconnectedCallback() { document.removeEventListener("visibilitychange", this) }

  async handleEvent() {
    if (document.visibilityState !== "visible" || this.dataset.state) return
    this.dataset.state = "sent"
    const form = this.querySelector("form")
    try {
      await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" })
    } catch {
      delete this.dataset.state // offline: the next look tries again
    }
  }
}
customElements.define("seen-mark", SeenMark)
