// <more-rows>: shows the rows that are filled and one empty one; another appears when that one is typed into. Without
// script all rows are there.
class MoreRows extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.fold())
    this.fold()
  }

  fold() {
    const rows = [...this.querySelectorAll("[data-row]")]
    const filled = (row) => [...row.querySelectorAll("input")].some((input) => input.value.trim() !== "")
    const last = rows.findLastIndex(filled)
    rows.forEach((row, n) => { row.hidden = n > last + 1 })
  }
}
customElements.define("more-rows", MoreRows)
