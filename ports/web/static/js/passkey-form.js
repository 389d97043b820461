// <passkey-form data-options="URL" data-failed="…" [data-new]><form hidden>…</form><p data-unable>…</p></passkey-form>: asks
// the browser for a passkey when its form is sent, and sends the answer with it. Without script, and in browsers that
// know no passkeys, the form stays hidden.
class PasskeyForm extends HTMLElement {
  connectedCallback() {
    const known = globalThis.PublicKeyCredential
    if (!known?.parseRequestOptionsFromJSON || !known.parseCreationOptionsFromJSON) return
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
      const answer = await fetch(this.dataset.options, { method: "POST", headers: { Accept: "application/json" } })
      if (answer.status === 403 || answer.status === 401) return this.form.submit() // the server says what is missing
      if (!answer.ok) throw new Error((await answer.json()).detail)
      const { publicKey, slip } = await answer.json()
      const made = "new" in this.dataset
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })
      this.form.elements.slip.value = slip
      this.form.elements.credential.value = JSON.stringify(made.toJSON())
      this.form.submit()
    } catch {
      told.textContent = this.dataset.failed
      told.hidden = false
    } finally {
      this.busy = false
    }
  }
}
customElements.define("passkey-form", PasskeyForm)
