// <client-choice><select>…</select></client-choice>: choosing a client fills the first recipient with its name and
// address, unless somebody has typed another there. Without script they are typed.
class ClientChoice extends HTMLElement {
  #suggested = ["", ""]

  connectedCallback() {
    this.addEventListener("change", (e) => this.#suggest(e.target.selectedOptions[0]))
  }

  #suggest(option) {
    const fields = ["name", "email"].map((part) => document.getElementById(`recipient-1-${part}`))
    if (fields.some((field, n) => field.value.trim() && field.value !== this.#suggested[n])) return
    this.#suggested = option.value ? [option.text, option.dataset.email ?? ""] : ["", ""]
    fields.forEach((field, n) => {
      field.value = this.#suggested[n]
      field.dispatchEvent(new Event("input", { bubbles: true }))
    })
  }
}
customElements.define("client-choice", ClientChoice)
