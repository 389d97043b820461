// <local-time><time datetime="…">Fri 4 Dec 2026, 17:00 GMT</time></local-time>: where the reader's clock shows another
// hour than the practice's, the reader's own time is added (S1.i22). Without script the practice's time stands alone.
class LocalTime extends HTMLElement {
  connectedCallback() {
    const time = this.querySelector("time")
    const at = new Date(time?.dateTime ?? "")
    if (Number.isNaN(at.getTime()) || this.dataset.done) return
    this.dataset.done = "true"
    const own = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(at)
    if (this.dataset.when) { // the text is to be made here
      const there = at.toLocaleString("en-GB", { timeZone: this.dataset.zone })
      if (there === at.toLocaleString("en-GB")) return
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
      time.textContent = `${own} (${zone.split("/").pop().replaceAll("_", " ")})`
      time.before(`${this.dataset.when} `)
      time.after(" where you are.")
      this.hidden = false
      return
    }
    const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(at)
    if (!time.textContent.includes(clock)) time.after(` (${own} your time)`)
  }
}
customElements.define("local-time", LocalTime)
