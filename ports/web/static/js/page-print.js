// <page-print hidden><button type="button">…</button></page-print>: prints the page, or saves it as PDF. Without script
// the browser's own menu does the same, so nothing is shown.
class PagePrint extends HTMLElement {
  connectedCallback() {
    this.hidden = false
    this.querySelector("button").addEventListener("click", () => print())
  }
}
customElements.define("page-print", PagePrint)
