// <at-names><textarea …></textarea><ul role="listbox" hidden><li role="option" data-name="…"><input type="checkbox" name="mention"
// hidden>…</ul><span role="status" data-names-said></span></at-names>: after an @ it offers the names that go on like that.
// Arrows move, Enter and Tab take, Escape leaves the text as it is; a finger or a mouse takes one as well. What is taken
// stands in the text as a name and in the form as an id, so that of two of one name the right one is meant. Without
// script the name is typed.
const before = /(?:^|[^\p{L}\p{N}@])@([^@\n]{0,60})$/u
const most = 8

class AtNames extends HTMLElement {
  #shown = []
  #now = -1

  connectedCallback() {
    this.text = this.querySelector("textarea")
    this.list = this.querySelector("[role=listbox]")
    if (!this.list) return
    for (const [name, value] of [["aria-autocomplete", "list"], ["aria-haspopup", "listbox"], ["aria-controls", this.list.id], ["autocomplete", "off"]]) this.text.setAttribute(name, value)
    for (const type of ["input", "keydown", "click", "blur"]) this.text.addEventListener(type, this)
    for (const type of ["pointerdown", "click"]) this.list.addEventListener(type, this)
  }

  handleEvent(event) {
    if (event.currentTarget === this.list) {
      if (event.type === "pointerdown") return event.preventDefault() // the text keeps the focus
      return this.#take(event.target.closest("[role=option]"))
    }
    if (event.type === "keydown") return this.#press(event)
    if (event.type === "blur") return this.#offer([])
    if (!event.isComposing) this.#look()
  }

  // #typed is what stands between the @ and the caret, or null.
  #typed() {
    const { value, selectionStart, selectionEnd } = this.text
    return selectionStart === selectionEnd ? before.exec(value.slice(0, selectionStart))?.[1] ?? null : null
  }

  #look() {
    const typed = this.#typed()?.toLocaleLowerCase()
    const goesOn = (option) => {
      const name = option.dataset.name.toLocaleLowerCase()
      return name.startsWith(typed) || name.split(" ").some((part) => part.startsWith(typed))
    }
    this.#offer(typed == null ? [] : [...this.list.children].filter(goesOn).slice(0, most))
  }

  #offer(options) {
    const opens = options.length && !this.#shown.length
    this.#shown = options
    for (const option of this.list.children) option.hidden = !options.includes(option)
    this.list.hidden = !options.length
    this.#go(options.length ? 0 : -1)
    const said = this.querySelector("[data-names-said]")
    if (opens) said.textContent = `${options.length === 1 ? "1 colleague" : `${options.length} colleagues`}. Arrow keys choose, Enter takes.`
    else if (!options.length) said.textContent = ""
  }

  #go(to) {
    this.#now = to
    this.#shown.forEach((option, i) => option.setAttribute("aria-selected", i === to))
    const option = this.#shown[to]
    if (!option) return this.text.removeAttribute("aria-activedescendant")
    this.text.setAttribute("aria-activedescendant", option.id)
    option.scrollIntoView({ block: "nearest" })
  }

  #press(event) {
    const n = this.#shown.length
    if (!n || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
    switch (event.key) {
      case "ArrowDown": this.#go((this.#now + 1) % n); break
      case "ArrowUp": this.#go((this.#now + n - 1) % n); break
      case "Enter":
      case "Tab": this.#take(this.#shown[this.#now]); break
      case "Escape": this.#offer([]); break
      default: return
    }
    event.preventDefault()
  }

  #take(option) {
    const typed = this.#typed()
    if (!option || typed == null) return
    const at = this.text.selectionStart
    option.querySelector("input").checked = true
    this.text.setRangeText(option.dataset.name + " ", at - typed.length, at, "end")
    this.text.focus()
    this.#offer([])
    this.text.dispatchEvent(new Event("input", { bubbles: true })) // the draft is kept
  }
}
customElements.define("at-names", AtNames)
