// Asking to withdraw a file that has been sent, in a window of its own (U5). Without script the row's link leads to a page
// with the same form.
import { set } from "./words.js"

export class Withdrawing {
  // find gives the file with an id; change asks the server and resolves to { ok, detail }; done is called with what to say.
  constructor(desk, { find, change, done }) {
    Object.assign(this, { find, change, done })
    this.dialog = desk.querySelector("#withdrawal")
    this.reason = this.dialog.querySelector("textarea")
    desk.querySelector("#files").addEventListener("click", (e) => this.#open(e))
    this.dialog.querySelector("form").addEventListener("submit", (e) => { e.preventDefault(); this.#ask() })
  }

  #open(e) {
    const link = e.target.closest(".file__withdraw")
    const file = link && this.find(link.closest("[data-id]")?.dataset.id)
    if (!file) return
    e.preventDefault()
    if (this.dialog.dataset.file !== file.id) this.reason.value = "" // what was typed for this file stays
    this.dialog.dataset.file = file.id
    this.dialog.querySelector(".field__error").hidden = true
    set(this.dialog.querySelector("#withdrawal-name"), file.name)
    this.dialog.showModal()
    this.reason.focus()
  }

  async #ask() {
    const { ok, detail } = await this.change("POST", `files/${this.dialog.dataset.file}/withdrawal`, { reason: this.reason.value })
    const problem = this.dialog.querySelector(".field__error")
    set(problem, ok ? "" : detail)
    problem.hidden = ok
    if (!ok) return
    this.reason.value = ""
    this.dialog.close()
    this.done("Asked. You get the answer by e-mail and on this page.")
  }
}
