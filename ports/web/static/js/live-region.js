// <live-region id="list">…</live-region>: keeps its content fresh while the page is looked at. The page is asked for
// again and the element of the same id replaces the content, unless somebody is at work in it.
const every = 4000
const patience = 15 * 60_000 // nobody has touched the page for so long: it rests, and the session may end
const signs = ["visibilitychange", "pointermove", "keydown", "touchstart"]

class LiveRegion extends HTMLElement {
  #timer = 0
  #touched = Date.now()

  connectedCallback() {
    for (const sign of signs) document.addEventListener(sign, this, { passive: true })
    this.#timer = setInterval(() => this.refresh(), every)
  }

  disconnectedCallback() {
    for (const sign of signs) document.removeEventListener(sign, this)
    clearInterval(this.#timer)
  }

  handleEvent(event) {
    const rested = Date.now() - this.#touched > patience
    this.#touched = Date.now()
    if (rested || event.type === "visibilitychange") this.refresh()
  }

  refresh() {
    if (document.hidden || Date.now() - this.#touched > patience || this.contains(document.activeElement) || this.querySelector("dialog[open], details[open], input:checked")) return
    const ask = new XMLHttpRequest() // it parses the answer as a document that runs nothing
    ask.responseType = "document"
    ask.timeout = 10000
    ask.onload = () => {
      if (ask.response?.getElementById("sign-in")) return location.reload() // the session has ended
      const news = ask.status === 200 && ask.response?.getElementById(this.id)
      if (!news || this.contains(document.activeElement)) return
      const fresh = document.importNode(news, true)
      if (fresh.isEqualNode(this)) return
      this.replaceChildren(...fresh.childNodes)
      if (!ask.response.querySelector("[data-stale]")) document.querySelector("[data-stale]")?.remove()
    }
    ask.open("GET", location.href)
    ask.send()
  }
}
customElements.define("live-region", LiveRegion)
