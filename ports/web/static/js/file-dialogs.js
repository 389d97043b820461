// Renaming and deleting, each in a window of its own (S1.20, S1.21). What the server refuses is told there.
import { endings, set } from "./words.js"

export class FileDialogs {
  // find gives the file with an id; change asks the server and resolves to { ok, detail }; done is called with what to say.
  constructor(desk, { find, change, done }) {
    Object.assign(this, { find, change, done })
    this.rename = desk.querySelector("#rename")
    this.deletion = desk.querySelector("#deletion")
    desk.querySelector("#files").addEventListener("click", (e) => this.#open(e))
    for (const button of desk.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close())
    this.rename.querySelector("form").addEventListener("submit", (e) => {
      e.preventDefault()
      const name = this.rename.querySelector("input").value + this.rename.dataset.ending
      this.#send(this.rename, "PUT", "/name", { name }, "Renamed.")
    })
    this.deletion.querySelector("form").addEventListener("submit", (e) => {
      e.preventDefault()
      this.#send(this.deletion, "DELETE", "", undefined, "Deleted.")
    })
  }

  // over closes what is open about a file whose time is over.
  over(id) {
    for (const dialog of [this.rename, this.deletion]) if (dialog.open && dialog.dataset.file === id) dialog.close()
  }

  #open(e) {
    const link = e.target.closest(".file__rename, .file__delete")
    const file = link && this.find(link.closest("[data-id]")?.dataset.id)
    if (!file) return
    e.preventDefault() // without script the link leads to a page with the same form
    const dialog = link.matches(".file__rename") ? this.rename : this.deletion
    dialog.dataset.file = file.id
    dialog.querySelector(".field__error").hidden = true
    if (dialog === this.deletion) {
      set(dialog.querySelector("#deletion-name"), file.name)
      dialog.showModal()
      dialog.querySelector("[data-close]").focus()
      return
    }
    const [stem, ending] = endings(file.name), input = dialog.querySelector("input")
    dialog.dataset.ending = ending
    set(dialog.querySelector("#rename-ext"), `The ending ${ending} stays.`)
    input.value = stem
    dialog.showModal()
    input.select()
  }

  async #send(dialog, method, path, body, words) {
    const { ok, detail } = await this.change(method, `files/${dialog.dataset.file}${path}`, body)
    const problem = dialog.querySelector(".field__error")
    set(problem, ok ? "" : detail)
    problem.hidden = ok
    if (!ok) return
    dialog.close()
    this.done(words)
  }
}
