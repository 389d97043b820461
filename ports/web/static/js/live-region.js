// <live-region id="list">…</live-region>: keeps its content fresh while the page is looked at. The page is
// asked for again, once for all of its regions, and the element of the same id replaces the content, unless somebody is at
// work in it or has typed something there. The document hears "fresh-page" with what has come.
//
// When to ask: the server tells what has changed, a kind and an id. <main data-follows="task"> shows things of the kind,
// "task:0190…" that one, and without it a page may show anything. Where nobody tells, it is asked every few seconds.
const every = 4000
const seldom = 60_000 // while the server tells
const atMost = 300 // between two looks, however much changes
const patience = 15 * 60_000 // nobody has touched the page for so long: it rests, and the session may end
const signs = ["visibilitychange", "pointermove", "keydown", "touchstart"]
const regions = new Set()
const source = document.body.dataset.live // where the server tells
const tabs = source && "BroadcastChannel" in window ? new BroadcastChannel(source) : null
let timer = 0
let soon = 0
let touched = Date.now() // in any tab
let asked = Date.now()
let told = 0 // when the server was last heard of
let behind = false // something has changed that is not shown, as somebody is at work

function touch(event) {
  const rested = Date.now() - touched > patience
  if (Date.now() - touched > 10_000) tabs?.postMessage("touched")
  touched = Date.now()
  if (rested || event.type === "visibilitychange") refresh()
}

function tick() {
  const wait = Date.now() - told < 2 * seldom && asked > joined && !behind ? seldom : every
  if (Date.now() - asked >= wait - 100) refresh()
}

function refresh() {
  if (document.hidden || Date.now() - touched > patience || ![...regions].some((region) => region.idle())) return
  asked = Date.now()
  behind = [...regions].some((region) => !region.idle())
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

// follows tells whether the page may show what has changed.
function follows({ kind, id }) {
  const [ofKind, one] = (document.querySelector("[data-follows]")?.dataset.follows ?? "").split(":")
  return !ofKind || !kind || kind === ofKind && (!one || !id || id === one)
}

// heard takes what the server tells: a change, or that it is there.
function heard(change) {
  told = Date.now()
  if (!change || !follows(change)) return
  behind = true
  clearTimeout(soon)
  soon = setTimeout(refresh, Math.max(0, asked + atMost - Date.now()))
}

// listen follows the server until nobody has touched any tab for long. One tab does it for all of the browser's: there are
// few connections to a server.
function listen() {
  return new Promise((done) => {
    const stream = new EventSource(source)
    const pass = (change) => { heard(change); tabs.postMessage({ change }) }
    const rest = setInterval(() => {
      if (Date.now() - touched < patience) return
      clearInterval(rest)
      stream.close()
      addEventListener("pointermove", done, { once: true })
      addEventListener("keydown", done, { once: true })
    }, every)
    stream.onopen = () => pass(null)
    stream.onmessage = (event) => pass(JSON.parse(event.data))
    stream.onerror = () => {
      told = 0
      tabs.postMessage("lost")
      if (stream.readyState !== EventSource.CLOSED) return // it comes again by itself
      clearInterval(rest)
      setTimeout(done, seldom) // refused: the pages ask by themselves meanwhile
    }
  })
}

async function lead() {
  for (;;) await navigator.locks.request("live " + source, listen)
}

const joined = Date.now()
if (tabs && navigator.locks) {
  tabs.onmessage = ({ data }) => {
    if (data === "touched") touched = Date.now()
    else if (data === "lost") told = 0
    else heard(data.change)
  }
  lead()
}

document.addEventListener("page-changed", refresh) // a script of the page has changed what the server knows

class LiveRegion extends HTMLElement {
  connectedCallback() {
    if (!regions.size) {
      for (const sign of signs) document.addEventListener(sign, touch, { passive: true })
      timer = setInterval(tick, every)
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
