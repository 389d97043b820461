// <receipt-check data-keys='{"keys":[…]}'>: the page on which anybody checks a receipt and the files that it is about. Everything
// happens here: no byte of them leaves the browser. Without script the page tells how to use the command.
import { digest } from "./digest.js"
import { check, match } from "./receipt-proof.js"
import { size } from "./words.js"

const answers = {
  genuine: ["ok", "circle-check", "Genuine", (f) => `The practice has signed this receipt (key ${f.key}), and nothing in it has been changed.`],
  file_mismatch: ["danger", "circle-x", "A file does not match", () => "The receipt is genuine, but not every file here is one that was sent. See below which."],
  altered: ["danger", "circle-x", "Altered", (f) => `The signature (key ${f.key}) does not fit. Something in this receipt has been changed since it was made.`],
  unknown_key: ["warn", "circle-alert", "Unknown key", (f) => `This receipt says that the key ${f.key} has signed it, and this portal has no such key. Check it on the portal of the practice that it names.`],
  not_a_receipt: ["warn", "circle-alert", "Not a receipt", (f) => `This file can’t be checked: ${f.why}.`],
  missing: ["info", "info", "Now add the receipt", () => "It is the file whose name ends in .json. What you have chosen so far is kept and compared with it."],
  several: ["warn", "circle-alert", "Several receipts", () => "Choose one receipt at a time."],
  unable: ["warn", "circle-alert", "Not checked", () => "This browser can’t check signatures. Use a newer one, or the command below."],
}
const relations = {
  matches: ["released", "check", "The same file, byte for byte"],
  differs: ["failed", "circle-x", "Not the file that was sent: its content differs"],
  not_in_receipt: ["failed", "circle-x", "Not in this receipt"],
  unread: ["failed", "circle-x", "It could not be read. Choose it again"],
}

class ReceiptCheck extends HTMLElement {
  #finding = null // of the newest receipt
  #name = ""
  #waiting = [] // files that came before their receipt
  #bad = false // a file at hand is not what was sent
  #turn = Promise.resolve() // one thing after the other

  connectedCallback() {
    this.keys = JSON.parse(this.dataset.keys).keys
    this.row = this.querySelector("template").content.firstElementChild
    for (const el of this.querySelectorAll(".js-only")) el.hidden = false
    const pick = this.querySelector("#pick"), drop = this.querySelector("#drop")
    this.querySelector("#choose").addEventListener("click", () => pick.click())
    pick.addEventListener("change", () => {
      this.add([...pick.files])
      pick.value = "" // the same file can be chosen again
    })
    addEventListener("dragover", (e) => { e.preventDefault(); drop.toggleAttribute("data-over", true) })
    addEventListener("dragleave", (e) => { if (!e.relatedTarget) drop.removeAttribute("data-over") })
    addEventListener("drop", (e) => {
      e.preventDefault() // a file beside the area never opens in the page's place
      drop.removeAttribute("data-over")
      this.add([...e.dataTransfer.files])
    })
  }

  add(files) {
    if (files.length) this.#turn = this.#turn.then(() => this.#add(files))
  }

  async #add(files) {
    const kinds = await Promise.all(files.map(isReceipt))
    const receipts = files.filter((_, i) => kinds[i])
    this.#waiting.push(...files.filter((_, i) => !kinds[i]))
    if (receipts.length > 1) return this.#show("several")
    if (receipts.length === 1) await this.#open(receipts[0])
    if (!this.#finding) return this.#show("missing")
    const compare = this.#finding.answer === "genuine" ? this.#waiting : []
    this.#waiting = []
    if (receipts.length === 1) this.#show(this.#finding.answer) // large files take their time
    for (const file of compare) await this.#compare(file)
    if (compare.length) this.#show(this.#bad ? "file_mismatch" : "genuine")
  }

  async #open(file) {
    this.#finding = await check(file, this.keys).catch(() => ({ answer: "not_a_receipt", why: "it could not be read" }))
    this.#name = file.name
    this.#bad = false
    this.querySelector("#rows").replaceChildren()
    const { receipt } = this.#finding
    this.querySelector("#facts").hidden = !receipt
    if (!receipt) return
    const fill = (id, text) => { this.querySelector(id).textContent = text }
    fill("#practice", `${receipt.practice.name}, ${receipt.practice.email}`)
    fill("#sender", receipt.recipient.name || "No name was given")
    fill("#released", moment(receipt.released_at))
    for (const f of receipt.files) {
      this.#line(f.name, "listed", "file", `${size(f.size)} · arrived ${moment(f.received_at)} · not compared`, f)
    }
  }

  // #compare hashes one file and shows how it relates to the receipt, in the row of its namesake or in one of its own.
  async #compare(file) {
    const row = this.#line(file.name, "sending", "hourglass", `${size(file.size)} · reading`)
    const bar = row.querySelector("progress")
    bar.hidden = false
    bar.setAttribute("aria-label", `${file.name}, read`)
    let found
    try {
      found = match(this.#finding.receipt, file.name, file.size, await digest(file, (share) => { bar.value = share * 100 }))
    } catch {
      found = { answer: "unread" }
    }
    bar.hidden = true
    if (found.answer === "differs" || found.answer === "not_in_receipt") this.#bad = true
    const [state, symbol, words] = relations[found.answer]
    const called = found.file && found.file.name !== file.name ? ` as ${found.file.name}` : ""
    this.#fill(row, file.name, state, symbol, `${words}${found.answer === "matches" ? called : ""} · ${size(file.size)}`)
    if (found.answer !== "matches") return
    const own = this.querySelector(`#rows [data-id="${CSS.escape(found.file.id)}"]`)
    if (own) own.replaceWith(row)
    this.#belongs(row, found.file)
  }

  #line(name, state, symbol, note, sent) {
    const row = this.row.cloneNode(true)
    if (sent) this.#belongs(row, sent)
    this.#fill(row, name, state, symbol, note)
    this.querySelector("#rows").append(row)
    return row
  }

  // #belongs ties a row to a file of the receipt.
  #belongs(row, sent) {
    row.dataset.id = sent.id
    row.querySelector("code").textContent = `SHA-256 ${sent.sha256}`
  }

  #fill(row, name, state, symbol, note) {
    row.dataset.state = state
    row.querySelector(".file__name").textContent = name
    row.querySelector(".file__note").textContent = note
    row.querySelector("use").setAttribute("href", `${this.dataset.icons}#${symbol}`)
  }

  #show(answer) {
    const [tone, symbol, head, words] = answers[answer]
    const text = words(this.#finding)
    const box = this.querySelector("#verdict")
    box.className = `notice notice--${tone}`
    box.dataset.answer = answer
    box.hidden = false
    box.querySelector("use").setAttribute("href", `${this.dataset.icons}#${symbol}`)
    this.querySelector("#verdict-head").textContent = head
    this.querySelector("#verdict-text").textContent = this.#finding && answer !== "several" ? `${this.#name}: ${text}` : text
    this.querySelector("#status").textContent = `${head}. ${text}`
  }
}

// isReceipt tells receipts from the files that they are about, which are never JSON, by the name or by how they begin.
async function isReceipt(file) {
  if (/\.json$/i.test(file.name)) return true
  const start = await file.slice(0, 4096).text().catch(() => "")
  return /^\uFEFF?\s*\{\s*"(receipt|signature)"\s*:/.test(start)
}

// moment is an instant as the reader's clock shows it, with the zone.
function moment(iso) {
  return new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" })
}
customElements.define("receipt-check", ReceiptCheck)
