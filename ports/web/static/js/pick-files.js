// <pick-files>: the button for ticked files says how many there are, and rests while there is none. Without script it
// is there all the same, and the server says when nothing was ticked.
class PickFiles extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.count())
    new MutationObserver(() => this.count()).observe(this, { childList: true, subtree: true }) // the list may be fetched anew
    this.count()
  }

  count() {
    const button = this.querySelector("#pick button"), words = button?.querySelector("[data-words]")
    if (!words) return
    const n = this.querySelectorAll("input[name=file]:checked").length
    const text = n === 0 ? "Download ticked files (zip)" : n === 1 ? "Download 1 file (zip)" : `Download ${n} files (zip)`
    if (words.textContent !== text) words.textContent = text
    button.disabled = n === 0
  }
}
customElements.define("pick-files", PickFiles)
