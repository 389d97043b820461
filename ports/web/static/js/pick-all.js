// <pick-all>: while the box for all that match is ticked, each row's box is, too, and rests. Without script that box alone
// says so to the server.
class PickAll extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.show())
    this.show()
  }

  show() {
    const all = this.querySelector("input[name=all]")
    if (!all) return
    for (const box of this.querySelectorAll("input[name=person], input[name=client]")) {
      if (all.checked) box.checked = true
      else if (box.disabled) box.checked = false
      box.disabled = all.checked
    }
  }
}
customElements.define("pick-all", PickAll)
