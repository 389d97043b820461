// <task-board>: tasks in columns. A card is moved by its buttons, by h and l (list-keys.js) and by dragging; each sends the
// form that stands in the card for everybody, and the card moves at once. What was refused goes back and says so.
class TaskBoard extends HTMLElement {
  #held = null

  connectedCallback() {
    this.addEventListener("submit", (e) => {
      const card = e.target.closest(".task-card"), button = e.submitter
      if (!card || button?.name !== "part") return
      e.preventDefault()
      this.#move(card, button.value, true)
    })
    this.addEventListener("dragstart", (e) => {
      const card = e.target.closest?.(".task-card[draggable]")
      if (!card) return
      this.#held = card
      card.dataset.held = ""
      e.dataTransfer.effectAllowed = "move"
      e.dataTransfer.setData("text/plain", card.querySelector(".cell-main").textContent)
    })
    this.addEventListener("dragend", () => this.#letGo())
    this.addEventListener("dragover", (e) => {
      const column = this.#held && e.target.closest("[data-part]")
      for (const c of this.#columns()) c.toggleAttribute("data-over", c === column && !c.contains(this.#held))
      if (column) e.preventDefault()
    })
    this.addEventListener("drop", (e) => {
      const column = e.target.closest("[data-part]"), card = this.#held
      this.#letGo()
      if (!card || !column) return
      e.preventDefault()
      if (!column.contains(card)) this.#move(card, column.dataset.part, false)
    })
  }

  #columns() { return [...this.querySelectorAll("[data-part]")] }

  #letGo() {
    delete this.#held?.dataset.held
    this.#held = null
    for (const c of this.#columns()) c.removeAttribute("data-over")
  }

  async #move(card, part, keep) {
    const form = card.querySelector("form"), from = card.closest("[data-part]"), to = this.#columns().find((c) => c.dataset.part === part)
    if (!to || card.dataset.busy !== undefined) return
    const sent = new FormData(form)
    sent.set("part", part)
    card.dataset.busy = ""
    const next = card.nextElementSibling
    this.#place(card, to, null, keep)
    let ok = false
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(sent) })
      ok = answer.ok && !answer.url.endsWith("/progress")
    } catch { /* the line is down: as if refused */ }
    delete card.dataset.busy
    form.elements.command.value = fresh()
    if (!ok) this.#place(card, from, next, keep)
    const title = card.querySelector(".cell-main").textContent
    this.querySelector("[data-said]").textContent = ok ? `“${title}” moved to ${to.dataset.word}` : `“${title}” could not be moved. Open it to see why, or try again.`
    if (ok) document.dispatchEvent(new Event("page-changed"))
    else card.dataset.refused = ""
  }

  // #place puts a card into a column, with the buttons that lead on from there.
  #place(card, column, before, keep) {
    const from = card.closest("[data-part]"), columns = this.#columns(), at = columns.indexOf(column)
    delete card.dataset.refused
    column.querySelector(".board__cards").insertBefore(card, before?.isConnected ? before : before === null ? column.querySelector(".task-card") : null)
    for (const [c, n] of [[from, -1], [column, 1]]) this.#count(c, n)
    for (const button of card.querySelectorAll("[data-move]")) {
      const to = columns[at + Number(button.dataset.move)]
      button.hidden = button.disabled = !to
      button.value = to?.dataset.part ?? ""
      button.querySelector("[data-to]").textContent = to?.dataset.word ?? ""
    }
    if (keep) card.querySelector(".cell-main").focus()
  }

  #count(column, n) {
    const count = column.querySelector("[data-count]"), was = Number(count.textContent.replace(/\D/g, ""))
    count.textContent = (was + n).toLocaleString("en")
  }
}

// fresh is the id of another command: what is pressed again is meant again.
function fresh() {
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

customElements.define("task-board", TaskBoard)
