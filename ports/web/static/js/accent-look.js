// <accent-look> around the input of a hue shows at once how the page looks in it; without script it shows after saving.
class AccentLook extends HTMLElement {
  connectedCallback() { this.addEventListener("input", this) }
  handleEvent(e) { document.documentElement.dataset.accent = e.target.value }
}
customElements.define("accent-look", AccentLook)
