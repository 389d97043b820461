// <live-region id="list">…</live-region>: keeps its content fresh while the page is looked at. The page is asked for
// again, once for all of its regions, and the element of the same id replaces the content, unless somebody is at work in it
// or has typed something there.
// The document hears "fresh-page" with what has come.
const every = 4000
const patience = 15 * 60_000 // nobody has touched the page for so long: it rests, and the session may end
const signs = ["visibilitychange", "pointermove", "keydown", "touchstart"]
const regions = new Set()
let timer = 0
let touched = Date.now()

function touch(event) {
  const rested = Date.now() - touched > patience
  touched = Date.now()
  if (rested || event.type === "visibilitychange") refresh()
}

function refresh() {
  if (document.hidden || Date.now() - touched > patience || ![...regions].some((region) => region.idle())) return
  const ask = new XMLHttpRequest() // it parses the answer as a document that runs nothing
  ask.responseType = "document"
  ask.timeout = 10000
  ask.onload = () => {
    if (ask.response?.getElementById("sign-in")) return location.reload() // the session has ended
    if (ask.status !== 200 || !ask.response) return
    let shown = false
    for (const region of regions) shown = region.show(ask.response) || shown
    document.dispatchEvent(new CustomEvent("fresh-page", { detail: ask.response }))
    if (shown && !ask.response.querySelector("[data-stale]")) document.querySelector("[data-stale]")?.remove()
  }
  ask.open("GET", location.href)
  ask.send()
}

document.addEventListener("page-changed", refresh) // a script of the page has changed what the server knows

class LiveRegion extends HTMLElement {
  connectedCallback() {
    if (!regions.size) {
      for (const sign of signs) document.addEventListener(sign, touch, { passive: true })
      timer = setInterval(refresh, every)
    }
    regions.add(this)
  }

  disconnectedCallback() {
    regions.delete(this)
    if (regions.size) return
    for (const sign of signs) document.removeEventListener(sign, touch)
    clearInterval(timer)
  }

  // idle tells that nobody is at work in it.
  idle() {
    return !this.contains(document.activeElement) && !this.querySelector("dialog[open], details[open], input:checked") &&
      ![...this.querySelectorAll("textarea")].some((t) => t.value !== t.defaultValue)
  }

  // show takes its content from a newer page, and tells whether that was another one.
  show(page) {
    const news = page.getElementById(this.id)
    if (!news || !this.idle()) return false
    const fresh = document.importNode(news, true)
    if (fresh.isEqualNode(this)) return false
    this.replaceChildren(...fresh.childNodes)
    return true
  }
}
customElements.define("live-region", LiveRegion)
