// One file on its way: tus-js-client with a patience of our own. The library gives up after nine seconds; a phone in
// a tunnel needs minutes (S1.i23).
import { fingerprint } from "./fingerprint.js"

const mebibyte = 1 << 20
const stall = 30_000 // ms without a byte: the connection is dead whatever the browser thinks

// Sending is an EventTarget: "change" whenever it is to be shown anew, "end" when it is over.
// state: waiting, sending, paused, offline (it tries again by itself), checking, done, refused, cancelled.
export class Sending extends EventTarget {
  state = "waiting"
  sent = 0
  rate = 0 // bytes per second, smoothed
  why = ""
  retryAt = 0
  #upload = null
  #tries = 0
  #timer = 0
  #watch = 0
  #mark = { at: 0, sent: 0 }
  #moved = 0
  #creating = false // the server has been asked for an address and has not answered yet

  constructor(file, base) {
    super()
    this.file = file
    this.base = base
    this.key = crypto.randomUUID?.() ?? String(Math.random())
  }

  get over() { return this.state === "done" || this.state === "refused" || this.state === "cancelled" }
  get moving() { return this.state === "sending" || this.state === "checking" }
  get id() { return this.#upload?.url?.split("/").pop() ?? "" }

  async start() {
    if (this.over) return
    clearTimeout(this.#timer)
    this.#to("sending")
    try {
      if (!this.#upload) await this.#prepare()
      if (this.state !== "sending") return // paused meanwhile
      this.#mark = { at: performance.now(), sent: this.sent }
      this.#moved = performance.now()
      this.#watch ||= setInterval(() => this.#look(), 2000)
      if (this.#creating) return // goes on when the answer comes
      this.#creating = !this.#upload.url
      this.#upload.start()
    } catch {
      this.#refuse("This file can’t be read. If it is in a cloud or in another app, save it to your device first, then choose it again.")
    }
  }

  async #prepare() {
    const print = await fingerprint(this.file, this.base)
    this.#upload = new globalThis.tus.Upload(this.file, {
      endpoint: `${this.base}uploads/`,
      metadata: { filename: this.file.name, filetype: this.file.type || "application/octet-stream" },
      chunkSize: 64 * mebibyte,
      retryDelays: null,
      uploadDataDuringCreation: this.file.size <= mebibyte,
      fingerprint: async () => print,
      removeFingerprintOnSuccess: true,
      onUploadUrlAvailable: () => this.#created(),
      onProgress: (sent) => this.#progress(sent),
      onSuccess: () => this.#done(),
      onError: (error) => this.#failed(error),
    })
    const [before] = await this.#upload.findPreviousUploads()
    if (before) this.#upload.resumeFromPreviousUpload(before)
  }

  // What is stopped before the server has named its address stops when it has: otherwise a beginning of which nobody
  // knows would stay there.
  async pause() {
    clearTimeout(this.#timer)
    this.#to("paused")
    if (this.#nameless) return
    this.#creating = false
    await this.#upload?.abort()
  }

  async cancel() {
    clearTimeout(this.#timer)
    this.#stopWatching()
    this.#to("cancelled")
    if (!this.#nameless) await this.#withdraw()
  }

  get #nameless() { return this.#creating && !this.#upload.options.uploadDataDuringCreation }

  #created() {
    this.#creating = false
    if (this.state === "paused") this.#upload.abort()
    if (this.state === "cancelled") this.#withdraw()
  }

  async #withdraw() {
    this.#creating = false
    try {
      await this.#upload?.abort(Boolean(this.#upload.url))
    } catch (error) {
      if (error.originalResponse?.getStatus() === 409) this.#to("done") // it has arrived meanwhile
    } // anything else: the server forgets it by itself after a day
    this.dispatchEvent(new Event("end"))
  }

  // nudge tries again at once: the browser is online again, or the page is looked at again.
  nudge() {
    if (this.state === "offline") this.start()
  }

  #progress(sent) {
    if (this.state !== "sending") return
    if (sent > this.sent) this.#moved = performance.now()
    this.sent = Math.max(this.sent, sent)
    const now = performance.now(), seconds = (now - this.#mark.at) / 1000
    if (seconds >= 1) {
      const rate = (this.sent - this.#mark.sent) / seconds
      this.rate = this.rate ? this.rate * 0.7 + rate * 0.3 : rate
      this.#mark = { at: now, sent: this.sent }
      this.#tries = 0
    }
    if (this.sent >= this.file.size) this.state = "checking" // the server looks at the whole file
    this.dispatchEvent(new Event("change"))
  }

  #look() {
    if (this.state !== "sending" || performance.now() - this.#moved < stall) return
    this.#creating = false
    this.#upload.abort()
    this.#again()
  }

  #done() {
    this.sent = this.file.size
    this.#stopWatching()
    this.#to("done")
    this.dispatchEvent(new Event("end"))
  }

  #failed(error) {
    this.#creating = false
    if (this.state === "cancelled") this.dispatchEvent(new Event("end"))
    if (this.state === "paused" || this.over) return
    const status = error.originalResponse?.getStatus() ?? 0
    if (status === 0 && /read|NotFound|NotReadable/i.test(`${error.causingError?.name} ${error.causingError?.message}`)) {
      this.#refuse("This file has changed or can’t be read any more. Save it to your device first, then choose it again.")
      return
    }
    const final = status >= 400 && status < 500 && ![408, 409, 423, 425, 429].includes(status) || status === 507
    if (final) this.#refuse(sentence(error.originalResponse) || "The server did not accept this file.")
    else this.#again(Number(error.originalResponse?.getHeader("Retry-After")) || 0)
  }

  // #again waits 1, 2, 4 … 60 seconds, at least what the server asked for, and tries until the upload's right ends.
  #again(atLeast = 0) {
    const seconds = Math.max(atLeast, Math.min(60, 2 ** this.#tries++))
    if (this.#tries > 2 && this.#upload) this.#upload.options.chunkSize = 8 * mebibyte // something between us dislikes long requests
    this.rate = 0
    this.sent = Math.min(this.sent, this.file.size)
    this.#timer = setTimeout(() => this.start(), seconds * 1000)
    this.#to("offline")
  }

  #refuse(why) {
    this.why = why
    this.#stopWatching()
    this.#to("refused")
    this.dispatchEvent(new Event("end"))
  }

  #stopWatching() {
    clearInterval(this.#watch)
    this.#watch = 0
  }

  #to(state) {
    this.state = state
    this.dispatchEvent(new Event("change"))
  }
}

// forget takes what this browser remembers of an upload away: it has ended elsewhere.
export function forget(id) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("tus::portico-") && localStorage.getItem(key).includes(id)) localStorage.removeItem(key)
  }
}

// sentence is what a problem+json answer says to a person.
function sentence(response) {
  try {
    const problem = JSON.parse(response.getBody())
    return problem.detail || problem.title || ""
  } catch {
    return ""
  }
}
