// <pick-all>: while the box for all that match is ticked, each row's box is, too, and rests. Without script that box alone
// says so to the server. [data-picked] says how many are ticked.
class PickAll extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.show())
    this.show()
  }

  show() {
    const all = this.querySelector("input[name=all]")
    if (!all) return
    const boxes = [...this.querySelectorAll("input[name=person], input[name=client], input[name=task]")]
    for (const box of boxes) {
      if (all.checked) box.checked = true
      else if (box.disabled) box.checked = false
      box.disabled = all.checked
    }
    const said = this.querySelector("[data-picked]"), n = boxes.filter((box) => box.checked).length
    if (said) said.textContent = all.checked ? "(all that match)" : n ? `(${n})` : ""
  }
}
customElements.define("pick-all", PickAll)
