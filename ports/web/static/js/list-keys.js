// <list-keys>: goes through the rows of a list or the cards of a board by the keyboard. j and k move, x ticks, o opens, e goes
// to what can be done with ticked ones, h and l press a card's own buttons, / goes to the search, ? shows the keys. Keys
// that are typed into a field, or held with others, are left alone; who doesn't want them switches them off in the list of keys.
const off = "portico.keys.off"

class ListKeys extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", this)
    this.dialog = this.querySelector("dialog[data-keys]")
    for (const button of this.querySelectorAll("[data-show-keys]")) {
      button.hidden = false
      button.addEventListener("click", () => this.dialog.showModal())
    }
    const box = this.dialog?.querySelector("input")
    if (!box) return
    box.checked = !localStorage.getItem(off)
    box.addEventListener("change", () => box.checked ? localStorage.removeItem(off) : localStorage.setItem(off, "1"))
  }

  disconnectedCallback() { document.removeEventListener("keydown", this) }

  handleEvent(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || document.querySelector("dialog[open]") || localStorage.getItem(off)) return
    if (e.target.closest("input:not([type=checkbox]), textarea, select")) return
    const done = this.#press(e.key)
    if (done) e.preventDefault()
  }

  #press(key) {
    const rows = [...this.querySelectorAll("[data-row]")], now = rows.findIndex((row) => row.contains(document.activeElement)), here = rows[now]
    switch (key) {
      case "j": return this.#go(rows[now + 1])
      case "k": return this.#go(rows[now < 0 ? 0 : now - 1])
      case "x": return this.#click(here?.querySelector("input[type=checkbox]"))
      case "o": return this.#click(here?.querySelector("a"))
      case "h": return this.#click(here?.querySelector('[data-move="-1"]'))
      case "l": return this.#click(here?.querySelector('[data-move="1"]'))
      case "e": return this.#acts()
      case "/": return this.#go(document.querySelector("#q"))
      case "?":
        this.dialog?.showModal()
        return Boolean(this.dialog)
    }
    return false
  }

  #go(to) {
    if (!to) return false
    if (to.tabIndex < 0) to.tabIndex = -1 // a row can be gone to, and isn't on the way of the Tab key
    to.focus()
    to.scrollIntoView({ block: "nearest" })
    return true
  }

  #click(what) {
    if (!what || what.disabled) return false
    what.click()
    return true
  }

  #acts() {
    const acts = document.querySelector("#acts")
    if (!acts) return false
    acts.open = true
    return this.#go(acts.querySelector("summary"))
  }
}
customElements.define("list-keys", ListKeys)
