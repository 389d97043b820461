// <new-mark data-at="2026-11-21T12:00:00.000Z">New</new-mark>: shows itself on what has come since this browser last showed
// the page. It is a state and no attribute, so that a list that is fetched anew stays equal to the one that is there.
const key = "portico-inbox", seen = localStorage.getItem(key) ?? ""

class NewMark extends HTMLElement {
  #internals = this.attachInternals()

  connectedCallback() {
    const { at } = this.dataset
    if (seen && at > seen) this.#internals.states?.add("new")
    if (at > (localStorage.getItem(key) ?? "")) localStorage.setItem(key, at)
  }
}
customElements.define("new-mark", NewMark)
