// <review-keys>: goes through answers by the keyboard. j and k move, x ticks, a accepts, s sends back, u undoes: each presses
// what stands there for everybody. Keys that are typed into a field, or held with others, are left alone; Escape leaves it.
class ReviewKeys extends HTMLElement {
  connectedCallback() { document.addEventListener("keydown", this) }

  disconnectedCallback() { document.removeEventListener("keydown", this) }

  handleEvent(e) {
    if (e.key === "Escape") return e.target.closest("[data-answer]")?.focus()
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input:not([type=checkbox]), textarea, select")) return
    const all = [...this.querySelectorAll("[data-answer]")]
    const now = all.findIndex((answer) => answer.contains(document.activeElement))
    if (e.key === "j" || e.key === "k") {
      const next = all[now < 0 ? 0 : now + (e.key === "j" ? 1 : -1)]
      if (!next) return
      e.preventDefault()
      next.focus()
      return next.scrollIntoView({ block: "nearest" })
    }
    const here = all[now]
    const what = e.key === "x" ? here?.querySelector("input[name=round]") : "asu".includes(e.key) && here?.querySelector(`[data-key="${e.key}"]`)
    if (!what) return
    e.preventDefault()
    what.click()
    if (e.key === "s") what.parentElement.querySelector("textarea").focus()
  }
}
customElements.define("review-keys", ReviewKeys)
