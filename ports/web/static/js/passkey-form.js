// <passkey-form data-options="URL" data-failed="…" [data-new]><form hidden>…</form><p data-unable>…</p></passkey-form>: asks
// the browser for a passkey when its form is sent, and sends the answer with it. Without script, and in browsers that
// know no passkeys, the form stays hidden.
import { ask, known } from "./passkey-ask.js"

class PasskeyForm extends HTMLElement {
  connectedCallback() {
    if (!known()) return
    this.form = this.querySelector("form")
    this.form.hidden = false
    const unable = this.querySelector("[data-unable]")
    if (unable) unable.hidden = true
    this.form.addEventListener("submit", this)
  }

  async handleEvent(event) {
    if (this.form.elements.credential.value) return
    event.preventDefault()
    if (this.busy) return
    this.busy = true
    const told = this.querySelector("[data-told]")
    try {
      const { slip, credential } = await ask(this.dataset.options, "new" in this.dataset)
      this.form.elements.slip.value = slip
      this.form.elements.credential.value = credential
      this.form.submit()
    } catch (failure) {
      if (failure.status === 403 || failure.status === 401) return this.form.submit() // the server says what is missing
      told.textContent = this.dataset.failed
      told.hidden = false
    } finally {
      this.busy = false
    }
  }
}
customElements.define("passkey-form", PasskeyForm)
