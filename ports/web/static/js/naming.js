// The naming window (S1.16, S1.28): the names of what was chosen, to be changed while the bytes are moving already. It
// ends with Save; closing it keeps the names. At a desk it opens by itself, on phones when it is asked for. It covers
// nothing and stops nothing.
import { endings, icon, set } from "./words.js"

export class Naming {
  #rows = new Map() // by key of what carries a name

  // names gives what can be named now, [{ key, name }]; rename takes a key and a name and resolves to why not, or "".
  constructor(desk, { names, rename, saved }) {
    Object.assign(this, { desk, names, rename, saved })
    this.window = desk.querySelector("#naming")
    this.list = desk.querySelector("#naming-list")
    this.button = desk.querySelector("#name-files")
    this.template = desk.querySelector("template#naming-row").content.firstElementChild
    this.button.addEventListener("click", () => this.open(this.names()))
    desk.querySelector("#naming-close").addEventListener("click", () => this.close())
    this.window.addEventListener("keydown", (e) => { if (e.key === "Escape") this.close() })
    this.window.querySelector("form").addEventListener("submit", (e) => { e.preventDefault(); this.save() })
  }

  // open shows the window with these names, and adds them where it is open already.
  open(names) {
    for (const { key, name } of names) if (!this.#rows.has(key)) this.#add(key, name)
    if (!this.#rows.size) return
    const fresh = !this.window.open
    if (fresh) this.window.show()
    if (fresh || !this.window.contains(document.activeElement)) this.list.querySelector("input")?.select()
    this.refresh()
    if (fresh) this.window.scrollIntoView({ block: "nearest" }) // Save must not hide behind the bar at the foot
  }

  #add(key, name) {
    const row = this.template.cloneNode(true), [stem, ending] = endings(name), input = row.querySelector("input")
    input.value = stem
    set(row.querySelector(".naming__ending"), ending)
    const use = row.querySelector("use")
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon(name)}`))
    this.list.append(row)
    this.#rows.set(key, { row, input, name, stem, ending })
    this.#label(key)
  }

  #label(key) {
    const { input, name } = this.#rows.get(key)
    input.setAttribute("aria-label", `Name of ${name}`)
  }

  // refresh drops what can't be named any more, takes over what was renamed elsewhere, and keeps what is being typed.
  refresh() {
    const names = new Map(this.names().map((n) => [n.key, n.name]))
    for (const [key, entry] of this.#rows) {
      const now = names.get(key)
      if (now === undefined) {
        entry.row.remove()
        this.#rows.delete(key)
      } else if (now !== entry.name) {
        const [stem, ending] = endings(now)
        if (entry.input.value === entry.stem) entry.input.value = stem
        Object.assign(entry, { name: now, stem, ending })
        this.#label(key)
      }
    }
    if (this.window.open && !this.#rows.size) this.close()
    this.button.hidden = this.window.open || names.size === 0
  }

  // move says that what had one key has another one now.
  move(from, to) {
    const entry = this.#rows.get(from)
    if (!entry || this.#rows.has(to)) return
    this.#rows.delete(from)
    this.#rows.set(to, entry)
  }

  get changed() { return this.window.open && [...this.#rows.values()].some((e) => e.input.value.trim() && e.input.value !== e.stem) }

  // save applies what was changed and closes, unless something was refused: that is said beside it, and stays as typed.
  async save() {
    let refused = null
    for (const [key, entry] of [...this.#rows]) {
      const typed = entry.input.value
      if (!typed.trim() || typed === entry.stem) continue // an emptied field keeps the name
      const why = await this.rename(key, typed + entry.ending)
      const problem = entry.row.querySelector(".field__error")
      set(problem, why)
      problem.hidden = !why
      entry.input.setAttribute("aria-invalid", String(Boolean(why)))
      if (why) refused ??= entry.input
      else entry.stem = typed
    }
    if (refused) { refused.focus(); return false }
    this.close()
    this.saved()
    return true
  }

  close() {
    const held = this.window.contains(document.activeElement)
    this.window.close()
    for (const { row } of this.#rows.values()) row.remove()
    this.#rows.clear()
    this.refresh()
    if (held) (this.button.hidden ? this.desk.querySelector("#files-head") : this.button).focus()
  }
}
