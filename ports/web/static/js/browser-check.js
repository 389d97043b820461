// <browser-check data-probe="…" data-good="…" …>: looks whether this browser, its cookies, its connection and the
// network on the way let the portal work (S4.i10), and says what to do. Without script, or in a browser that knows no
// modules, what stands in it says that.
class BrowserCheck extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("[role=status]")
    const [good, warn, run] = this.querySelector("template").content.children
    this.lines = { good, warn, run }
    this.show("run", [this.dataset.running])
    addEventListener("online", this)
    addEventListener("offline", this)
    this.look()
  }

  disconnectedCallback() {
    removeEventListener("online", this)
    removeEventListener("offline", this)
  }

  handleEvent() { this.look() }

  async look() {
    const found = []
    const { old, cookies, network, offline, good } = this.dataset
    if (!modern()) found.push(old)
    if (!navigator.cookieEnabled) found.push(cookies)
    if (!navigator.onLine) found.push(offline)
    else if (!(await this.through())) found.push(navigator.onLine ? network : offline)
    if (found.length) this.show("warn", found)
    else this.show("good", [good])
  }

  // through asks as uploads ask: some filters let pages pass and stop this.
  async through() {
    try {
      const answer = await fetch(this.dataset.probe, {
        method: "PATCH", headers: { "Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0" }, body: new Uint8Array(1024), cache: "no-store",
        signal: AbortSignal.timeout?.(15000),
      })
      return answer.status === 204
    } catch {
      return false
    }
  }

  show(tone, texts) {
    this.list.replaceChildren(...texts.map((text) => {
      const line = this.lines[tone].cloneNode(true)
      line.querySelector("span").textContent = text
      return line
    }))
  }
}

// modern is what the pages lean on; browsers of before 2023 lack some of it.
function modern() {
  return typeof HTMLDialogElement === "function" && typeof AbortSignal.timeout === "function" && typeof structuredClone === "function" &&
    CSS.supports("color", "oklch(50% 0.1 100)") && CSS.supports("selector(:has(a))")
}
customElements.define("browser-check", BrowserCheck)
