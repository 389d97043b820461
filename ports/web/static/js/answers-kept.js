// <answers-kept data-key="contact/person/task" hidden>…</answers-kept>: says on the page where a questionnaire is looked through that
// this browser still has an answer which the server hasn't (answer-sheet.js), and puts it in the place of <form id="submit">.
class AnswersKept extends HTMLElement {
  connectedCallback() {
    addEventListener("storage", this)
    addEventListener("pageshow", this) // gone back to: it stands as it was
    this.handleEvent()
  }

  disconnectedCallback() { for (const name of ["storage", "pageshow"]) removeEventListener(name, this) }

  handleEvent() {
    let waits = false
    try { waits = localStorage.getItem(`portico-sheet/${this.dataset.key}`) !== null } catch {}
    this.hidden = !waits
    document.getElementById("submit")?.toggleAttribute("hidden", waits)
  }
}
customElements.define("answers-kept", AnswersKept)
