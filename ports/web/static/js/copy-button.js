// <copy-button data-from="ID" hidden><button>…<span data-word="Copied">Copy</span></button><span role="status"></span></copy-button>:
// puts the value of a field into the clipboard, or selects it where that is not allowed. Without script it stays hidden,
// and the field beside it can be selected by hand.
class CopyButton extends HTMLElement {
  connectedCallback() {
    this.hidden = false
    this.querySelector("button").addEventListener("click", this)
  }

  async handleEvent() {
    const field = document.getElementById(this.dataset.from)
    const word = this.querySelector("[data-word]")
    field.focus()
    field.select()
    try {
      await navigator.clipboard.writeText(field.value)
      word.textContent = word.dataset.word
    } catch {
      word.textContent = "Selected: copy it now"
    }
    this.querySelector("[role=status]").textContent = word.textContent
  }
}
customElements.define("copy-button", CopyButton)
