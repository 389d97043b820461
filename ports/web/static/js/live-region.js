// <live-region id="list">…</live-region>: keeps its content fresh while the page is looked at. The page is asked for
// again and the element of the same id replaces the content, unless somebody is at work in it.
const every = 4000

class LiveRegion extends HTMLElement {
  #timer = 0

  connectedCallback() {
    document.addEventListener("visibilitychange", this)
    this.#timer = setInterval(() => this.refresh(), every)
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this)
    clearInterval(this.#timer)
  }

  handleEvent() { this.refresh() }

  refresh() {
    if (document.hidden || this.contains(document.activeElement) || this.querySelector("dialog[open], details[open]")) return
    const ask = new XMLHttpRequest() // it parses the answer as a document that runs nothing
    ask.responseType = "document"
    ask.timeout = 10000
    ask.onload = () => {
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
