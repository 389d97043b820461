// <template-choice data-for="message"><select>…</select><button>…</button></template-choice>: choosing a template puts its
// text into the message. It takes the place of another template that nobody has changed; after words of somebody's own it
// is added. Without script the button asks the server to do the same.
class TemplateChoice extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").remove()
    this.addEventListener("change", (e) => this.#fill(e.target))
  }

  #fill(select) {
    const text = select.selectedOptions[0].dataset.text
    if (!text) return
    const message = document.getElementById(this.dataset.for)
    const written = message.value.trim()
    const own = [...select.options].every((option) => option.dataset.text !== written)
    message.value = written && own ? `${written}\n\n${text}` : text
    message.dispatchEvent(new Event("input", { bubbles: true }))
    this.nextElementSibling.textContent = "The template is in the message. You can change it there."
  }
}
customElements.define("template-choice", TemplateChoice)
