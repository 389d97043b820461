// <passkey-instead data-options="URL" data-failed="…" hidden>…</passkey-instead> in a form with a new password: its button
// makes a passkey and sends the form with that in the password's place. Without script, and in browsers that know no
// passkeys, it stays hidden.
import { ask, known } from "./passkey-ask.js"

class PasskeyInstead extends HTMLElement {
  connectedCallback() {
    if (!known()) return
    this.form = this.closest("form")
    this.hidden = false
    this.querySelector("button").addEventListener("click", this)
  }

  async handleEvent() {
    if (this.busy) return
    const { new: password, slip, credential } = this.form.elements
    password.disabled = true // what is typed there doesn't count now
    if (!this.form.reportValidity()) {
      password.disabled = false
      return
    }
    this.busy = true
    const told = this.querySelector("[data-told]")
    told.hidden = true
    try {
      const made = await ask(this.dataset.options, true)
      slip.value = made.slip
      credential.value = made.credential
      this.form.submit()
    } catch {
      password.disabled = false
      told.textContent = this.dataset.failed
      told.hidden = false
    } finally {
      this.busy = false
    }
  }
}
customElements.define("passkey-instead", PasskeyInstead)
