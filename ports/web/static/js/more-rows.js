// <more-rows>: shows the rows that are filled and one empty one; another appears when that one is typed into. Without
// script all rows are there, the later ones in <details data-more>.
class MoreRows extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.fold())
    this.fold()
  }

  fold() {
    const rows = [...this.querySelectorAll("[data-row]")]
    const filled = (row) => [...row.querySelectorAll("input:not([type=hidden], [type=checkbox]), textarea")].some((input) => input.value.trim() !== "") || row.querySelector("[name=item-kept]") !== null
    const last = rows.findLastIndex(filled)
    rows.forEach((row, n) => { row.hidden = n > last + 1 })
    const more = this.querySelector("details[data-more]")
    if (!more) return
    more.hidden = [...more.querySelectorAll("[data-row]")].every((row) => row.hidden)
    more.open = !more.hidden
    more.querySelector("summary").hidden = true
  }
}
customElements.define("more-rows", MoreRows)
